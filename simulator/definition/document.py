"""The definition as a value: what a device is, frozen and already held against itself.

Rule: a ``Definition`` that came from ``parse`` can be simulated; everything that can be wrong is
found while it is built, and reported with its place.
"""

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from simulator.definition.expression import Expression
from simulator.definition.generator import KINDS, Generator
from simulator.definition.model import (
    Model,
    inner_error,
    only_word,
    own_error,
    reader,
    show,
    unknown_word,
    within,
)
from simulator.definition.payload import Payload
from simulator.definition.template import Template
from simulator.definition.units import Chance, Cron, Every, Rate, read_chance
from simulator.definition.variables import Variable
from simulator.errors import DefinitionError

MAX_METRICS = 200  # the largest real payload we know has 120 fields
MAX_MESSAGES = 50  # as many kinds as a gateway of a large maker has
MAX_STATUSES = 50  # a diagram of more cannot be read
MAX_TRANSITIONS = 50  # out of one status: one to each
MAX_NAMES = 200  # constants, and variables
MAX_TEXT = 1_000  # characters of a name, a unit, a description or a constant
MAX_WHERE = 20  # conditions on one message received

DEFAULT_TOPIC = "{{id}}/{name}"  # of a message with neither topic nor path; name is its own
DEFAULT_STATUS = "running"  # of a document that has no statuses

Text: TypeAlias = Annotated[str, Field(max_length=MAX_TEXT)]


def read_scalar(value: Any) -> str | bool | int | float:
    """Return a text, a number, true or false as it is."""
    if not isinstance(value, str | int | float):
        raise DefinitionError(f"needs a text, a number, true or false, got {show(value)}")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise DefinitionError(f"a text has at most {MAX_TEXT:,} characters")
    return value


def check_title(text: str) -> str:
    """Return a name for people, which stands in titles, mails and tables as it is."""
    if not text.isprintable():
        raise DefinitionError(f"a name has no control characters, got {show(text)}")
    return text


Title: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=100), AfterValidator(reader(check_title))
]
Scalar: TypeAlias = Annotated[str | bool | int | float, PlainValidator(reader(read_scalar))]


def read_generator(data: Any) -> Generator:
    """Return the generator of ``{walk: {...}}``, or ``{bucket: [...], order: random}``.

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
    """

    folded: ClassVar[str] = "generator"

    generator: Annotated[Generator, BeforeValidator(read_generator)]
    unit: Text = ""
    description: Text = ""


class Message(Model):
    """What is sent. ``json_`` is a payload tree, see ``payload.py``: its leaves are Templates.

    In a definition from ``parse``, a topic or a path is there: ``{id}/name`` by default.
    """

    every: Every | None = None  # None: sent only in statuses that say how often
    topic: Template | None = None
    path: Template | None = None
    qos: Literal[0, 1] = 0
    retain: bool = False
    method: Literal["POST", "PUT", "PATCH"] | None = None
    json_: Payload = Field(alias="json")


class On(Model):
    """A message received: its topic filter (a template over identity and variables) and fields."""

    topic: Template
    # Dotted path in the JSON payload -> the value that must stand there.
    where: dict[str, Scalar] = Field(default_factory=dict, max_length=MAX_WHERE)


class Transition(Model):
    """A way out of a status. Exactly one trigger, or only ``chance``: an alternative to the one
    before it, at whose trigger one of the group is drawn; what the chances leave stays, or goes to
    the transition with the trigger when that has no chance of its own."""

    to: Text
    after: Every | None = None  # s after entry
    at: Cron | None = None
    when: Expression | None = None
    on: On | None = None
    # A share at its trigger, or alone a rate: 2% per hour.
    chance: Annotated[Chance | Rate | None, BeforeValidator(reader(read_chance))] = None


class Status(Model):
    """One state that a mock is in."""

    send: tuple[Text, ...] = Field(default=(), max_length=MAX_MESSAGES)
    every: Every | None = None  # overrides the messages' own
    connected: bool = True
    end: bool = False
    go: tuple[Transition, ...] = Field(default=(), max_length=MAX_TRANSITIONS)


class Definition(Model):
    """A device. The first status is the initial one; there is always at least one."""

    name: Title
    id: Template
    constants: dict[str, Scalar] = Field(default_factory=dict, max_length=MAX_NAMES)
    variables: dict[str, Variable] = Field(default_factory=dict, max_length=MAX_NAMES)
    # In the order in which they can be drawn: what a metric reads stands before it.
    metrics: dict[str, Metric] = Field(default_factory=dict, max_length=MAX_METRICS)
    messages: dict[str, Message] = Field(default_factory=dict, max_length=MAX_MESSAGES)
    statuses: dict[str, Status] = Field(default_factory=dict, max_length=MAX_STATUSES)

    _source: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def source(self) -> dict[str, Any]:
        """The document that it came from, as plain data for ``lot.json``; not to be changed."""
        return self._source

    @model_validator(mode="after")
    def _has_a_status(self) -> "Definition":
        if not self.statuses:
            only = {DEFAULT_STATUS: Status(send=tuple(self.messages))}
            object.__setattr__(self, "statuses", only)
        return self
