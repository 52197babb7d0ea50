"""How fast something moves along a line: one speed, a profile, or as it was recorded."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeAlias

from pydantic.json_schema import JsonSchemaValue

from simulator.definition.model import Read, show
from simulator.definition.quantities.units import Chance, read_speed
from simulator.errors import DefinitionError

MAX_SPEEDS = 1_000  # entries of a profile
MAX_FASTER = 1e6  # times a recording
_RECORDED = "recorded"

Shares: TypeAlias = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Speed(Read):
    """How fast it goes: one speed, a profile along the way, or as it was recorded."""

    schema: ClassVar[JsonSchemaValue] = {
        "title": "Speed",
        "description": "A speed (38 km/h); [[share of the way, speed], ...]; {legs: [speed, ...]}; "
        "recorded, or {recorded: how many times as fast}; units: m/s, km/h, kn, mph",
        "anyOf": [
            {"type": "number", "exclusiveMinimum": 0},
            {"type": "string"},
            {"type": "array", "items": {"type": "array", "minItems": 2, "maxItems": 2}},
            {"type": "object", "maxProperties": 1},
        ],
        "examples": ["38 km/h", [[0, "30 km/h"], [0.5, "80 km/h"]], "recorded"],
    }

    shares: Shares = ()  # from which share of the way on: m/s
    legs: tuple[float, ...] = ()  # m/s of each leg or segment; the last one of all that follow
    faster: float | None = None  # times as fast as recorded

    @classmethod
    def read(cls, value: Any) -> Self:
        if value == _RECORDED:
            return cls(faster=1.0)
        if isinstance(value, dict):
            return cls._of_mapping(value)
        if isinstance(value, list | tuple):
            return cls(shares=_read_shares(value))
        return cls(shares=((0.0, read_speed(value)),))

    @classmethod
    def _of_mapping(cls, value: dict[Any, Any]) -> Self:
        if set(value) == {"legs"} and isinstance(value["legs"], list):
            speeds = value["legs"]
            if not 1 <= len(speeds) <= MAX_SPEEDS:
                raise DefinitionError(f"needs 1 to {MAX_SPEEDS:,} speeds, got {len(speeds):,}")
            return cls(legs=tuple(map(read_speed, speeds)))
        if set(value) == {_RECORDED}:
            faster = value[_RECORDED]
            is_number = isinstance(faster, int | float) and not isinstance(faster, bool)
            if is_number and 0 < faster <= MAX_FASTER:
                return cls(faster=float(faster))
            raise DefinitionError(f"needs a number above 0 to 10^6, got {show(faster)}")
        raise DefinitionError("needs a speed, {legs: [speed, ...]} or {recorded: times as fast}")


def _read_shares(value: Any) -> Shares:
    """Return a profile: shares of the way, rising from 0, each with its speed."""
    if not 1 <= len(value) <= MAX_SPEEDS:
        raise DefinitionError(f"needs 1 to {MAX_SPEEDS:,} pairs [share, speed], got {len(value):,}")
    shares: list[tuple[float, float]] = []
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise DefinitionError(f"needs pairs [share of the way, speed], got {show(pair)}")
        shares.append((Chance.read(pair[0]).share, read_speed(pair[1])))
    begins = [share for share, _ in shares]
    if begins[0] != 0 or begins != sorted(set(begins)) or begins[-1] >= 1:
        raise DefinitionError("shares of the way must rise from 0 to below 1")
    return tuple(shares)
