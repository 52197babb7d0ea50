"""From when, and from where, a generator counts.

Rule: the words ``origin``, ``zone`` and ``offset`` mean the same in every generator that has them.
"""

from typing import Annotated, Any, Literal, TypeAlias, assert_never

import numpy as np
from pydantic import BeforeValidator, WithJsonSchema

from simulator import randomness
from simulator.definition.model import reader, show
from simulator.definition.quantities.units import (
    MAX_TEXT,
    METRES_SCHEMA,
    SECONDS_SCHEMA,
    read_metres,
    read_seconds,
)
from simulator.definition.quantities.zones import local_seconds, zone_refusal
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Sample
from simulator.randomness import FloatArray

# start: the run's start, so that all mocks go together and every run goes alike. mock: each mock's
# own start. status: its entry into the status that it is in. clock: what the clocks of the zone
# show, counted from 1970-01-01T00:00:00, so that a period of 24h begins at midnight there.
Origin: TypeAlias = Literal["start", "mock", "status", "clock"]
ORIGIN_TEXT = (
    "From when seconds count: `start` of the run; `mock`, each mock's own start; `status`, its "
    "entry into the status that it is in; `clock`, midnight in the zone"
)
OFFSET_TEXT = (
    "How far ahead each mock is of the one before it (index · offset), a duration, going around; "
    "or `random`: each anywhere"
)
ZONE_TEXT = (
    "Whose clocks, with `origin: clock`: an IANA name such as `Europe/Berlin`; daylight saving is "
    "followed"
)


def _read_zone(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise DefinitionError(f"needs a time zone such as Europe/Berlin, got {show(value)}")
    if refusal := zone_refusal(value):
        raise DefinitionError(refusal)
    return value


Zone: TypeAlias = Annotated[
    str,
    BeforeValidator(reader(_read_zone)),
    WithJsonSchema({"type": "string", "examples": ["UTC", "Europe/Berlin", "Asia/Tokyo"]}),
]


def _read_delay(value: Any) -> float | str:
    return RANDOM if value == RANDOM else read_seconds(value)


def _read_advance(value: Any) -> float | str:
    return RANDOM if value == RANDOM else read_metres(value)


# How far in each mock begins after the one before it, or "random": each anywhere.
RANDOM = "random"
Delay: TypeAlias = Annotated[
    float | Literal["random"],
    BeforeValidator(reader(_read_delay)),
    WithJsonSchema({"anyOf": [{"const": RANDOM}, SECONDS_SCHEMA]}),
]
Advance: TypeAlias = Annotated[
    float | Literal["random"],
    BeforeValidator(reader(_read_advance)),
    WithJsonSchema({"anyOf": [{"const": RANDOM}, METRES_SCHEMA]}),
]


def beginnings(
    offset: float | Literal["random"], cast: Cast, *, metric: str, span: float
) -> FloatArray:
    """Return where each mock begins on something of length ``span``, from 0 to below it."""
    if offset == "random":
        once = np.zeros(cast.count, dtype=np.int64)
        return randomness.uniform(cast.keys(f"metric.{metric}.offset"), once) * span
    places: FloatArray = np.mod(cast.numbers * offset, span)
    return places


def age(sample: Sample) -> FloatArray:
    """Return the seconds since each mock's start, 0 or more."""
    return np.maximum(sample.t - sample.born, 0.0)


def elapsed(sample: Sample, origin: Origin, *, epoch: float, zone: str = "UTC") -> FloatArray:
    """Return the seconds since ``origin``, a new array; ``epoch`` is the Unix time of t = 0."""
    match origin:
        case "start":
            return sample.t.copy()
        case "mock":
            return age(sample)
        case "status":
            return np.maximum(sample.t - sample.entered, 0.0)
        case "clock":
            seconds = sample.t + epoch
            return seconds if zone == "UTC" else local_seconds(seconds, zone)
        case _:
            assert_never(origin)
