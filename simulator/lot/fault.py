"""What all faults on purpose have in common: when, how often, at whom; and their quantities.

Rule: a value that is read from text is written back as text that reads the same.
"""

import math
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from simulator.definition.model import Model, reader, show
from simulator.definition.quantities.durations import Steady
from simulator.definition.quantities.scalars import Text
from simulator.definition.quantities.units import SECONDS_SCHEMA, Seconds, SomeSeconds, read_seconds
from simulator.errors import DefinitionError
from simulator.lot.aim import Aim, SomeShare

MIN_EVERY = 1.0  # s; whom a fault meets is worked out anew for each repetition
MAX_TIMES = 10_000
MAX_BYTES = 1_024  # bytes of a malformed packet


def _read_shift(value: Any) -> float:
    """Return seconds with a sign: ``-1h``, ``+90s``."""
    if isinstance(value, str) and value.strip()[:1] in ("-", "+"):
        text = value.strip()
        return read_seconds(text[1:]) * (-1 if text[0] == "-" else 1)
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        return -read_seconds(-value)
    return read_seconds(value)


def _written(wait: Steady) -> str:
    return f"{wait.middle!r}s ± {wait.spread!r}s"


def _read_hex(value: Any) -> str:
    """Return bytes in hexadecimal, 1 to ``MAX_BYTES``, or nothing."""
    text = "".join(value.split()) if isinstance(value, str) else None
    try:
        size = len(bytes.fromhex(text)) if text is not None else -1
    except ValueError:
        size = -1
    if text is None or not 0 <= size <= MAX_BYTES:
        raise DefinitionError(f"needs up to {MAX_BYTES:,} bytes such as 'f0 00', got {show(value)}")
    return text


# A time that is fixed or spread; written back as it is read.
Wait = Annotated[Steady, PlainSerializer(_written)]
Shift = Annotated[float, BeforeValidator(reader(_read_shift)), WithJsonSchema(SECONDS_SCHEMA)]
Hex = Annotated[str, BeforeValidator(reader(_read_hex))]


class Fault(Model):
    """What every fault has: when, how often, and at whom it is aimed."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False,
        serialize_by_alias=True,
    )  # fmt: skip

    fault: str
    name: Text = Field(default="", description="What logs and charts call it; else its kind's word")
    at: Seconds = Field(
        default=0.0, description="When it first begins: s since the run's start, or since now"
    )
    lasts: SomeSeconds | None = Field(
        default=None, alias="for", description="How long it lasts; else to the end of the run"
    )
    every: SomeSeconds | None = Field(
        default=None, description=f"How often it begins again, at least {MIN_EVERY:g} s"
    )
    times: int | None = Field(
        default=None, ge=1, le=MAX_TIMES, description="How often in all; else until the run's end"
    )
    aim: Aim = Field(default_factory=Aim, description="Whom it meets; else every mock")

    is_moment: ClassVar[bool] = False  # it happens at once, and has no end to wait for

    @property
    def title(self) -> str:
        """What records and charts call it."""
        return self.name or self.fault

    @model_validator(mode="after")
    def _repeats(self) -> Self:
        if self.every is None:
            if self.times is not None:
                raise ValueError("times needs every: how long after its beginning it comes")
            return self
        if self.every < MIN_EVERY:
            raise ValueError(f"every must be {MIN_EVERY:g} s or more, got {self.every:g} s")
        lasts = self.lasts or (0.0 if self.is_moment else math.inf)
        if lasts > self.every:
            raise ValueError(f"what comes every {self.every:g} s needs a for of at most that")
        return self


class MessageFault(Fault):
    """A fault of messages on their way from the mock to its connection."""

    share: SomeShare = Field(default=1.0, description="How many of their messages it meets")
