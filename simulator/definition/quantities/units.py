"""Quantities as people write them: durations, chances, speeds, distances.

Rule: text in, SI numbers out; every refusal names what is allowed.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue

from simulator.definition.model import Read, reader, show
from simulator.definition.quantities.cron import Cron
from simulator.errors import DefinitionError
from simulator.powers import rate_of

__all__ = [
    "Chance",
    "Cron",
    "Every",
    "Metres",
    "MetresPerSecond",
    "Rate",
    "Seconds",
    "SomeSeconds",
]

DURATIONS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}  # s
PERIODS = {
    "second": 1.0,
    "minute": 60.0,
    "hour": 3_600.0,
    "day": 86_400.0,
    "week": 604_800.0,
    **DURATIONS,
}  # s; what a rate can be "per"
# m/s. Source: a knot is 1,852 m an hour, a mile 1,609.344 m (BIPM, SI Brochure 8; yard of 1959).
SPEEDS = {"m/s": 1.0, "km/h": 1 / 3.6, "kn": 1852 / 3600, "mph": 1609.344 / 3600}
DISTANCES = {"cm": 0.01, "m": 1.0, "km": 1_000.0, "mi": 1609.344, "nmi": 1852.0, "ft": 0.3048}  # m

MAX_DURATION = 10 * 365 * 86_400.0  # s; longer than any run, short of what float64 cannot add ms to
MIN_INTERVAL = 0.001  # s; a mock sends at most 1,000 messages/s, as the lot allows
MAX_SPEED = 10_000.0  # m/s; a little above low orbit, 7,800 m/s
MAX_DISTANCE = 50_000_000.0  # m; once around the Earth is 40,075 km
MAX_TEXT = 60  # characters; the longest quantity that makes sense is half of it

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*(\S*)\s*")
_TIME = rf"\s*{_NUMBER}\s*(?:{'|'.join(DURATIONS)})?\s*"
_TIMES = rf"^{_TIME}(?:(?:±|\+/?-){_TIME})?$"
_SPREAD = re.compile(r"±|\+/?-")
_PERCENT = re.compile(rf"\s*({_NUMBER})\s*%\s*")
_RATE = re.compile(rf"\s*({_NUMBER})\s*(%?)\s*per\s+(\S+)\s*")


def schema(kind: str, units: dict[str, float], *examples: Any, what: str) -> JsonSchemaValue:
    """Return the JSON Schema of a quantity: a number, or a text of a number and a unit."""
    names = "|".join(re.escape(unit).replace("\\/", "/") for unit in units)
    return {
        "$comment": kind,
        "description": f"{what}; units: {', '.join(units)}",
        "anyOf": [
            {"type": "number"},
            {"type": "string", "pattern": rf"^\s*{_NUMBER}\s*(?:{names})?\s*$"},
        ],
        "examples": list(examples),
    }


def quantity(value: Any, units: dict[str, float], *, what: str, example: str) -> float:
    """Return ``value`` in the unit whose factor is 1.

    Args:
        value: A number, already in that unit, or text: a number and one of ``units``.
        units: Factor of each unit.
        what: What is needed, ``a duration``; begins the error's text.
        example: One that is right, ``10s``.

    Raises:
        DefinitionError: Not a finite number, or a unit that is not among them.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _finite(float(value), value)
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise DefinitionError(f"needs {what} such as {example}, got {show(value)}")
    match = _QUANTITY.fullmatch(value)
    if match is None:
        raise DefinitionError(f"needs {what} such as {example}, got {show(value)}")
    number, unit = match.groups()
    if unit and not units:
        raise DefinitionError(f"needs {what} such as {example}, got {show(value)}")
    if unit and unit not in units:
        raise DefinitionError(f"wrong unit {unit!r}, allowed: {', '.join(units)}")
    return _finite(float(number) * (units[unit] if unit else 1.0), value)


def read_seconds(value: Any) -> float:
    """Return a duration in s, 0 to ``MAX_DURATION``; a plain number is seconds."""
    seconds = quantity(value, DURATIONS, what="a duration", example="10s")
    if not 0 <= seconds <= MAX_DURATION:
        raise DefinitionError(f"must be from 0 s to 10 years (3650d), got {show(value)}")
    return seconds


def read_speed(value: Any) -> float:
    """Return a speed in m/s, above 0 to ``MAX_SPEED``; a plain number is m/s."""
    speed = quantity(value, SPEEDS, what="a speed", example="38 km/h")
    if not 0 < speed <= MAX_SPEED:
        raise DefinitionError(f"must be above 0 to {MAX_SPEED:,.0f} m/s, got {show(value)}")
    return speed


def read_some_seconds(value: Any) -> float:
    """Return a duration in s, above 0 to ``MAX_DURATION``."""
    if not (seconds := read_seconds(value)):
        raise DefinitionError(f"must be above 0 s, got {show(value)}")
    return seconds


def read_metres(value: Any) -> float:
    """Return a distance in m, 0 to ``MAX_DISTANCE``; a plain number is metres."""
    metres = quantity(value, DISTANCES, what="a distance", example="250 m")
    if not 0 <= metres <= MAX_DISTANCE:
        raise DefinitionError(f"must be from 0 to {MAX_DISTANCE / 1000:,.0f} km, got {show(value)}")
    return metres


def split_spread(text: str) -> tuple[str, str]:
    """Return what stands before ``±``, and what after it; nothing where there is none."""
    middle, *spread = _SPREAD.split(text, maxsplit=1)
    return middle, spread[0] if spread else ""


def read_spread(value: Any, *, example: str) -> tuple[float, float]:
    """Return the seconds of ``10s ± 2s``, and how far from them; 0 where there is no ``±``.

    Args:
        value: What the document has; a number is seconds.
        example: A value that is right, for the text of the error.

    Raises:
        DefinitionError: It is no duration, one below 0 or above 10 years, or a text too long.
    """
    if not isinstance(value, str):
        return read_seconds(value), 0.0
    if len(value) > MAX_TEXT:
        raise DefinitionError(f"needs a duration such as {example}, got {show(value)}")
    middle, spread = split_spread(value)
    return read_seconds(middle), read_seconds(spread) if spread else 0.0


SECONDS_SCHEMA = schema(
    "duration", DURATIONS, "10s", "1.5 h", "90d", what="A duration up to 10 years"
)
SPEED_SCHEMA = schema("speed", SPEEDS, "38 km/h", "5 kn", what="A speed up to 10,000 m/s")
METRES_SCHEMA = schema("distance", DISTANCES, "250 m", "3 km", what="A distance up to 50,000 km")

# For fields of pydantic models. A limit of pydantic's Field would lose the unit in its text.
Seconds = Annotated[float, BeforeValidator(reader(read_seconds)), WithJsonSchema(SECONDS_SCHEMA)]
MetresPerSecond = Annotated[
    float, BeforeValidator(reader(read_speed)), WithJsonSchema(SPEED_SCHEMA)
]
SomeSeconds = Annotated[
    float, BeforeValidator(reader(read_some_seconds)), WithJsonSchema(SECONDS_SCHEMA)
]
Metres = Annotated[float, BeforeValidator(reader(read_metres)), WithJsonSchema(METRES_SCHEMA)]


@dataclass(frozen=True, slots=True)
class Every(Read):
    """A time that is waited again and again, or once: ``10s``, ``10s ± 2s``."""

    schema: ClassVar[JsonSchemaValue] = {
        "$comment": "interval",
        "description": (
            "A duration from 1 ms to 10 years, or interval ± spread, from which each time is drawn"
            f" evenly; units: {', '.join(DURATIONS)}"
        ),
        "anyOf": [
            {"type": "number", "minimum": MIN_INTERVAL, "maximum": MAX_DURATION},
            {"type": "string", "pattern": _TIMES},
        ],
        "examples": ["10s", "10s ± 2s", "1min"],
    }

    interval: float  # s; MIN_INTERVAL to MAX_DURATION
    spread: float = 0.0  # s; each time is drawn evenly from interval ± spread

    def __post_init__(self) -> None:
        if not MIN_INTERVAL <= self.interval <= MAX_DURATION:
            raise DefinitionError(f"must be from 1 ms to 10 years (3650d), got {self.interval:g} s")
        if not 0 <= self.spread < self.interval:
            raise DefinitionError(
                f"spread must be from 0 s to below {self.interval:g} s, got {self.spread:g} s"
            )

    @classmethod
    def read(cls, value: Any) -> Self:
        return cls(*read_spread(value, example="10s ± 2s"))

    def __str__(self) -> str:
        spread = f" ± {self.spread:g}s" if self.spread else ""
        return f"{self.interval:g}s{spread}"


@dataclass(frozen=True, slots=True)
class Chance(Read):
    """A share: ``3%``, ``0.03``."""

    schema: ClassVar[JsonSchemaValue] = {
        "$comment": "chance",
        "description": "A share, 0 % to 100 %, or 0 to 1",
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": rf"^\s*{_NUMBER}\s*%?\s*$"},
        ],
        "examples": ["3%", 0.03],
    }

    share: float  # 0 to 1

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise DefinitionError(f"must be from 0 % to 100 %, got {self.share * 100:g} %")

    @classmethod
    def read(cls, value: Any) -> Self:
        if isinstance(value, str) and len(value) <= MAX_TEXT and (m := _PERCENT.fullmatch(value)):
            return cls(float(m[1]) / 100)
        return cls(quantity(value, {}, what="a chance", example="3% or 0.03"))

    def __str__(self) -> str:
        return f"{self.share * 100:g}%"


@dataclass(frozen=True, slots=True)
class Rate(Read):
    """A chance in a time, ``2% per hour``: a constant hazard with which an event happens."""

    schema: ClassVar[JsonSchemaValue] = {
        "$comment": "rate",
        "description": "A chance in a time, above 0 % and below 100 %",
        "type": "string",
        "pattern": rf"^\s*{_NUMBER}\s*%?\s*per\s+(?:{'|'.join(PERIODS)})\s*$",
        "examples": ["2% per hour", "1% per day"],
    }

    hazard: float  # 1/s, above 0; after t the event has happened with 1 - exp(-hazard t)
    text: str = field(default="", compare=False)  # as the document has it

    @classmethod
    def read(cls, value: Any) -> Self:
        match = _RATE.fullmatch(value) if _is_short(value) else None
        if match is None:
            raise DefinitionError(f"needs a rate such as 2% per hour, got {show(value)}")
        number, percent, unit = match.groups()
        if unit not in PERIODS:
            raise DefinitionError(f"wrong unit {unit!r}, allowed: {', '.join(PERIODS)}")
        share = float(number) / (100 if percent else 1)
        if not 0 < share < 1:
            raise DefinitionError(f"must be above 0 % and below 100 % in a time, got {show(value)}")
        return cls(rate_of(share) / PERIODS[unit], " ".join(value.split()))

    def __str__(self) -> str:
        return self.text or f"{self.hazard:g} per second"


def read_chance(value: Any) -> Chance | Rate:
    """Return a share (``3%``) or, with ``per`` a time, a rate (``2% per hour``)."""
    if isinstance(value, Chance | Rate):
        return value
    if isinstance(value, str) and re.search(r"\bper\b", value):
        return Rate.read(value)
    return Chance.read(value)


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT


def _finite(number: float, value: Any) -> float:
    if not math.isfinite(number):
        raise DefinitionError(f"needs a finite number, got {show(value)}")
    return number
