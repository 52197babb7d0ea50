"""From when, and from where, a generator counts.

Rule: the words ``origin`` and ``offset`` mean the same in every generator that has them.
"""

from typing import Annotated, Any, Literal, TypeAlias, assert_never

import numpy as np
from pydantic import BeforeValidator, WithJsonSchema

from simulator import randomness
from simulator.definition.model import reader
from simulator.definition.units import (
    METRES_SCHEMA,
    SECONDS_SCHEMA,
    read_metres,
    read_seconds,
)
from simulator.generators.base import Cast, Sample
from simulator.randomness import FloatArray

# start: the run's start, so that all mocks go together and every run goes alike. mock: each mock's
# own start. clock: 1970-01-01T00:00:00 UTC, so that a period of 24h begins at midnight UTC.
Origin: TypeAlias = Literal["start", "mock", "clock"]


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


def elapsed(sample: Sample, origin: Origin, *, epoch: float) -> FloatArray:
    """Return the seconds since ``origin``; ``epoch`` is the Unix time of t = 0."""
    match origin:
        case "start":
            return sample.t.copy()
        case "mock":
            return age(sample)
        case "clock":
            return sample.t + epoch
        case _:
            assert_never(origin)
