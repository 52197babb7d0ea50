"""shared: one value for all mocks of a site, as the weather is."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, model_validator

from simulator.definition.expressions.texts import text_of
from simulator.definition.metrics.generator import Generator, Need, register
from simulator.definition.metrics.metric import read_generator
from simulator.generators.base import Cast, Column, Drawn, Sample
from simulator.generators.readings.around import Around
from simulator.randomness import IntArray


@register("shared")
class Shared(Generator):
    """What a generator gives for a whole group: the same for every mock that has the same ``by``.

    The generator stands beside ``by``: ``{by: site, walk: {start: 12, step: 0.1}}``. Each group has
    values of its own, which depend on the seed and on what its mocks have alike, not on how many
    there are. The metric needs ``sampled``: its clock is the group's.

    Gives what the generator gives.
    """

    folded: ClassVar[str] = "generator"
    family: ClassVar[str] = "process"
    purpose: ClassVar[str] = "weather, mains voltage: what all mocks of a site feel"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "°C", shared: {ou: {mean: 12, deviation: 3, half_life: 6h}}, sampled: 1min}',
    )

    by: str = Field(
        default="", description="A constant or variable, such as `site`; without it all are alike"
    )
    generator: Annotated[Generator, BeforeValidator(read_generator)] = Field(
        description="What each group reads, by its word"
    )

    @model_validator(mode="after")
    def _is_simple(self) -> Self:
        if isinstance(self.generator, Shared):
            raise ValueError("shared cannot hold another shared")
        return self

    def names(self) -> frozenset[str]:
        return self.generator.names() | ({self.by} if self.by else frozenset())

    def statuses(self) -> frozenset[str]:
        return self.generator.statuses()

    def needs(self) -> tuple[Need, ...]:
        return self.generator.needs()

    def check_datasets(self, datasets: Mapping[str, Any]) -> None:
        self.generator.check_datasets(datasets)

    def parts(self) -> tuple[str, ...]:
        return self.generator.parts()

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    """One row for each group; what is remembered goes out as that of each mock."""

    def __init__(self, shared: Shared, cast: Cast, metric: str) -> None:
        alike = [""] * cast.count
        around = cast.around or Around({}, cast, lambda _: {})
        if shared.by:
            value = around.fixed[shared.by]
            alike = [text_of(v) for v in np.broadcast_to(value, cast.count).tolist()]
        names = list(dict.fromkeys(alike))
        places = {name: place for place, name in enumerate(names)}
        self._groups: IntArray = np.array([places[each] for each in alike], dtype=np.int64)
        self._first: IntArray = np.array([alike.index(name) for name in names], dtype=np.int64)
        mocks = around.picked(np.array([_number(name) for name in names], dtype=np.int64))
        self._inner: Column = shared.generator.column(mocks.cast, metric)
        self._has_memory = bool(self._inner.state())

    def draw(self, sample: Sample) -> Drawn:
        if not self._has_memory:
            return self._inner.draw(_of_groups(sample, self._groups[sample.rows], slice(None)))
        # On its clock all mocks are drawn at once, so the first of each group stands for it.
        drawn = self._inner.draw(_of_groups(sample, np.arange(len(self._first)), self._first))
        if isinstance(drawn, dict):
            return {part: values[self._groups] for part, values in drawn.items()}
        return drawn[self._groups]

    def state(self) -> dict[str, NDArray[Any]]:
        return {name: values[self._groups] for name, values in self._inner.state().items()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        self._inner.restore({name: values[self._first] for name, values in state.items()})


def _of_groups(sample: Sample, groups: IntArray, at: Any) -> Sample:
    known = {n: v[at] if np.ndim(v) else v for n, v in sample.readings.items()}
    return Sample(
        rows=groups,
        t=sample.t[at],
        count=sample.count[at],
        born=sample.born[at],
        entered=sample.entered[at],
        readings=known,
    )


def _number(name: str) -> int:
    """Return the number under which a group draws: 63 bits of its name's hash."""
    digest = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1
