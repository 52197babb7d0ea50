"""A metric: one value that a device measures, and the generator that makes it.

Rule: whoever wants to know what a metric reads, needs or gives asks the metric, not its generator.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, ValidationError

from simulator.definition.metrics.anomaly import Anomalies
from simulator.definition.metrics.generator import KINDS, Generator, Need
from simulator.definition.metrics.sampled import Sampled, read_sampled
from simulator.definition.metrics.shaping import (
    MAX_DECIMALS,
    MIN_DECIMALS,
    Clamp,
    Convert,
    Sensor,
    Shaping,
)
from simulator.definition.model import (
    Model,
    inner_error,
    only_word,
    own_error,
    unknown_word,
    within,
)
from simulator.definition.quantities.scalars import Text
from simulator.errors import DefinitionError


def read_generator(data: Any) -> Generator:
    """Return the generator of ``{walk: {...}}``, or ``{pick: [...], order: random}``.

    Raises:
        ValidationError: With the place of each thing that is wrong.
    """
    if isinstance(data, Generator):
        return data
    word = only_word(data, KINDS, example="{constant: 5}")
    kind, value = KINDS[word], data[word]
    others = {name: data[name] for name in data if name != word}
    if not isinstance(value, dict) and kind.shorthand is not None:
        return _from_shorthand(kind, value, others)
    errors = [
        own_error(unknown_word(name, Metric.words()), (name,), others[name]) for name in others
    ]
    try:
        generator = within(word, lambda: kind.model_validate(value))
    except ValidationError as error:
        errors += [inner_error(details) for details in error.errors()]
    if errors:
        raise ValidationError.from_exception_data(word, errors)
    return generator


def _from_shorthand(kind: type[Generator], value: Any, others: dict[str, Any]) -> Generator:
    """Return the generator whose main field stands under its word and the others beside it."""
    field = str(kind.shorthand)
    if field in others:
        text = f"{field!r} is given already, after {kind.word!r}"
        raise ValidationError.from_exception_data(kind.word, [own_error(text, (field,))])
    try:
        return kind.model_validate({**others, field: value})
    except DefinitionError as error:
        errors = [own_error(str(error), (kind.word,), value)]
    except ValidationError as error:
        errors = [inner_error(details) for details in error.errors()]
    for each in errors:
        if each.get("loc", ())[:1] == (field,):
            each["loc"] = (kind.word, *each["loc"][1:])
    raise ValidationError.from_exception_data(kind.word, errors)


class Metric(Model):
    """One value that a device measures: a unit for people, a generator for the numbers.

    In the document the generator stands as its word: ``{unit: "°C", walk: {start: 4, step: 0.2}}``.
    What it gives is shaped in this order, whatever the order of the words: ``convert``, ``sensor``,
    ``clamp``, ``round``. These are for numbers, and of a metric with parts for each part. At last
    come its ``anomalies``, one after the other. ``sampled`` reads the shaped value on a clock of
    its own; anomalies happen to what is read of it, and other mocks do not see them.
    """

    folded: ClassVar[str] = "generator"

    generator: Annotated[Generator, BeforeValidator(read_generator)]
    unit: Text = Field(default="", description="The unit, for people")
    description: Text = Field(default="", description="What it is, for people")
    convert: Convert | None = Field(default=None, description="From one unit to another")
    sensor: Sensor | None = Field(
        default=None, description="What a real sensor makes of it: noise, range, resolution"
    )
    clamp: Clamp | None = Field(default=None, description="Bounds of the reading")
    round_: int | None = Field(
        default=None,
        alias="round",
        ge=MIN_DECIMALS,
        le=MAX_DECIMALS,
        description="Decimals of the reading, -9 to 12: `1` gives 21.4, `-2` gives 2100",
    )

    sampled: Annotated[Sampled | None, BeforeValidator(read_sampled)] = Field(
        default=None,
        description="Read on a clock of its own, such as `10s`, so that other mocks may read it",
    )
    anomalies: Anomalies = Field(default=(), description="What goes wrong with the reading")

    @property
    def shaping(self) -> Shaping:
        """The steps between the generator and the reading."""
        return Shaping(self.convert, self.sensor, self.clamp, self.round_)

    def names(self) -> frozenset[str]:
        """Return what it reads of the same sample: metrics (``position.lat``), variables, ..."""
        return self.generator.names().union(*(each.names() for each in self.anomalies))

    def statuses(self) -> frozenset[str]:
        """Return the statuses that it names."""
        named = (frozenset(each.statuses) for each in self.anomalies)
        return self.generator.statuses().union(*named)

    @property
    def may_be_left_out(self) -> bool:
        """Whether a reading may be ``generators.base.LEFT_OUT``: its key is missing then."""
        return any(anomaly.leaves_out for anomaly in self.anomalies)

    def parts(self) -> tuple[str, ...]:
        """Return the names of its parts, ``("lat", "lon")``; none when it gives one value."""
        return self.generator.parts()

    def needs(self) -> tuple[Need, ...]:
        """Return the datasets that it reads."""
        return self.generator.needs()

    def check_datasets(self, datasets: Mapping[str, Any]) -> None:
        """Hold it against what its datasets contain; only asked when ``needs`` are there.

        Raises:
            DefinitionError: It cannot work with them.
        """
        self.generator.check_datasets(datasets)

    def column(self, cast: Any, name: str) -> Any:
        """Return the metric at work for a ``generators.Cast``: a ``generators.Column``."""
        # Here, because the generators are read with the help of this module.
        from simulator.generators.readings.around import alone  # noqa: PLC0415
        from simulator.generators.readings.clocked import Clocked  # noqa: PLC0415
        from simulator.generators.readings.faulty import Faulty  # noqa: PLC0415

        if self.sampled is None:
            column = self.shaped_column(cast, name)
        else:
            column = Clocked((cast.around or alone(name, self, cast)).track(name, self))
        if self.anomalies:
            column = Faulty(column, self.anomalies, cast, name, has_parts=bool(self.parts()))
        return column

    def shaped_column(self, cast: Any, name: str) -> Any:
        """Return the metric's generator and its shaping at work, without clock and anomalies."""
        from simulator.generators.readings.shaped import Shaped  # noqa: PLC0415, as above

        column = self.generator.column(cast, name)
        if not self.shaping.words:
            return column
        return Shaped(column, self.shaping, cast, name, parts=self.parts())
