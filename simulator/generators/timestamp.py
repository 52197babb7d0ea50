"""timestamp: what a device's own clock shows, with all that clocks get wrong."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, model_validator
from pydantic.json_schema import JsonSchemaValue

from simulator import randomness
from simulator.definition.expressions.template import TIME_DIRECTIVES
from simulator.definition.metrics.generator import Generator, register
from simulator.definition.model import Model, Read, reader, show
from simulator.definition.quantities.units import (
    DURATIONS,
    MAX_DURATION,
    Chance,
    Every,
    Seconds,
    SomeSeconds,
    quantity,
)
from simulator.definition.quantities.zones import EARLIEST, LATEST, local_seconds, zone_refusal
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.identity import texts
from simulator.generators.parts.timing import age
from simulator.randomness import FloatArray

MAX_FORMAT = 60  # characters
MIN_RESOLUTION = 1e-6  # s; as fine as a float tells moments of this century apart
MAX_DRIFT = 100_000.0  # ppm; a clock that is wrong by a tenth

# Units of a second in a whole number.
_WHOLE = {"epoch": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_LATEST_NS = 9.2e9  # Unix s, in the year 2261; ns since 1970 have 63 bits until then
_PPM = {"ppm": 1.0, "%": 10_000.0}


@dataclass(frozen=True, slots=True)
class _Around(Read):
    """A value for all, ``-1h``; or each mock's own, drawn evenly: ``± 5s``, ``-1h ± 5s``."""

    centre: float
    spread: float

    units: ClassVar[dict[str, float]]
    what: ClassVar[str]
    example: ClassVar[str]
    most: ClassVar[float]

    @classmethod
    def read(cls, value: Any) -> Self:
        text = value if isinstance(value, str) else ""
        centre, *spread = re.split(r"±|\+/-", text, maxsplit=1) if text else [value]
        numbers = [cls._number(centre) if centre != "" or not spread else 0.0]
        numbers += [cls._number(each) for each in spread] or [0.0]
        if numbers[1] < 0:
            raise DefinitionError(f"a spread must be 0 or more, got {show(value)}")
        return cls(*numbers)

    @classmethod
    def _number(cls, value: Any) -> float:
        if isinstance(value, str) and not value.strip():
            return 0.0
        number = quantity(value, cls.units, what=cls.what, example=cls.example)
        if abs(number) > cls.most:
            raise DefinitionError(f"must be within ±{cls.most:,.0f}, got {show(value)}")
        return number

    def of(self, cast: Cast, name: str) -> FloatArray:
        """Return each mock's own value."""
        if not self.spread:
            return np.full(cast.count, self.centre)
        once = np.zeros(cast.count, dtype=np.int64)
        shares = randomness.uniform(cast.keys(name), once)
        return self.centre + self.spread * (2.0 * shares - 1.0)


class Shift(_Around):
    """A time by which a clock is wrong: before 0 it is late, above it is early."""

    schema: ClassVar[JsonSchemaValue] = {
        "title": "Shift",
        "description": "A duration with a sign, and after ± how far mocks differ; units: "
        + ", ".join(DURATIONS),
        "type": ["number", "string"],
        "examples": ["-1h", "± 5s", "-365d ± 2s"],
    }
    units: ClassVar[dict[str, float]] = DURATIONS
    what: ClassVar[str] = "a duration"
    example: ClassVar[str] = "-1h or ± 5s"
    most: ClassVar[float] = MAX_DURATION


class Drift(_Around):
    """A rate by which a clock is too fast, in millionths."""

    schema: ClassVar[JsonSchemaValue] = {
        "title": "Drift",
        "description": "Parts in a million with a sign, and after ± how far mocks differ",
        "type": ["number", "string"],
        "examples": ["20 ppm", "± 50 ppm"],
    }
    units: ClassVar[dict[str, float]] = _PPM
    what: ClassVar[str] = "a rate"
    example: ClassVar[str] = "20 ppm or ± 50 ppm"
    most: ClassVar[float] = MAX_DRIFT


class Disorder(Model):
    """Readings that are stamped with an earlier time than they have."""

    chance: Chance = Field(description="How many of them, 0 to 100 %")
    by: SomeSeconds = Field(description="How much earlier at most; drawn evenly, above 0")


def _check_format(text: str) -> str:
    if text == "iso" or text in _WHOLE:
        return text
    odd = [each for each in re.findall(r"%(.?)", text) if each not in f"{TIME_DIRECTIVES}"]
    if "%" not in text or odd:
        raise DefinitionError(
            f"unknown format {show(text)}, allowed: iso, {', '.join(_WHOLE)}, or such as "
            f"%Y-%m-%d %H:%M:%S with {' '.join(f'%{each}' for each in TIME_DIRECTIVES)}"
        )
    return text


def _check_zone(name: str) -> str:
    refusal = zone_refusal(name)
    if refusal:
        raise DefinitionError(refusal)
    return name


@register("timestamp")
class Timestamp(Generator):
    """``t + shift + drift · age``, cut to ``resolution``, as the device's clock writes it.

    t is the time of the reading, age the time since the mock's start. With ``unset_for`` the clock
    shows 1970-01-01T00:00:00Z + age until it is set.

    Gives text; epoch, ms, us and ns give whole numbers unless ``as`` is text. A time outside of
    the years 1 to 9999 is no value.
    """

    family: ClassVar[str] = "text"
    shorthand: ClassVar[str | None] = "format"
    purpose: ClassVar[str] = "when it was measured, by a clock of its own"
    examples: ClassVar[tuple[str, ...]] = (
        "{timestamp: iso, zone: Asia/Tokyo, precision: s}",
        '{timestamp: {format: ms, shift: "± 2s", drift: "± 50 ppm", unset_for: 45s}}',
        '{timestamp: "%d.%m.%Y %H:%M", zone: Europe/Zurich, disorder: {chance: 2%, by: 30s}}',
    )

    format: Annotated[str, AfterValidator(reader(_check_format))] = Field(
        default="iso",
        max_length=MAX_FORMAT,
        description="iso (ISO 8601); epoch, ms, us or ns: whole seconds, milliseconds, "
        "microseconds or nanoseconds since 1970; or strftime's, such as %Y-%m-%d %H:%M:%S",
    )
    precision: Literal["s", "ms", "us"] = Field(
        default="ms",
        description="Of iso: to the second, millisecond or microsecond; cut, not rounded",
    )
    suffix: Literal["z", "offset", "none"] = Field(
        default="z",
        description="Of iso: z writes Z in UTC and the offset in other zones, offset always writes "
        "it (+00:00), none leaves it out: local time",
    )
    as_: Literal["number", "text"] = Field(
        default="number", alias="as", description="Of epoch, ms, us and ns: number, or text"
    )
    zone: Annotated[str, AfterValidator(reader(_check_zone))] = Field(
        default="UTC", description="IANA time zone in which it is written, such as Asia/Tokyo"
    )
    shift: Shift = Field(
        default=Shift(0.0, 0.0),
        description="How wrong the clock is: -1h is an hour in the past; ± 5s: each mock its own, "
        "drawn once; within ±10 years",
    )
    drift: Drift = Field(
        default=Drift(0.0, 0.0),
        description="How much too fast it runs since the mock's start, 20 ppm; ± 50 ppm: each mock "
        "its own, drawn once; within ±100,000 ppm",
    )
    resolution: Seconds = Field(
        default=0.0, description="Its tick: what is shown is a multiple of it, 0 s for none"
    )
    disorder: Disorder | None = Field(
        default=None,
        description="Readings stamped with an earlier time, so that they arrive out of order: "
        "{chance: 2%, by: 30s}",
    )
    unset_for: Every | None = Field(
        default=None,
        description="How long after the mock's start the clock still begins at 1970, until it is "
        "set: 45s, or 45s ± 10s, each mock its own",
    )

    @model_validator(mode="after")
    def _words_belong(self) -> Self:
        given = self.model_fields_set
        if self.format != "iso" and given & {"precision", "suffix"}:
            raise ValueError("precision and suffix are words of format: iso")
        if self.format not in _WHOLE and "as_" in given:
            raise ValueError("as is a word of the formats epoch, ms, us and ns")
        if 0 < self.resolution < MIN_RESOLUTION:
            raise ValueError(f"resolution must be 0 s or at least 1 µs, got {self.resolution:g} s")
        return self

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    def __init__(self, timestamp: Timestamp, cast: Cast, metric: str) -> None:
        self._timestamp = timestamp
        self._epoch = cast.epoch
        self._shift = timestamp.shift.of(cast, f"metric.{metric}.shift")
        self._drift = timestamp.drift.of(cast, f"metric.{metric}.drift") * 1e-6
        self._keys = cast.keys(f"metric.{metric}.disorder")
        unset = timestamp.unset_for
        around = Shift(unset.interval, unset.spread) if unset else Shift(0.0, 0.0)
        self._set_after = around.of(cast, f"metric.{metric}.unset")

    def draw(self, sample: Sample) -> Values:
        moments = self._shown(sample)
        timestamp = self._timestamp
        if timestamp.resolution:
            moments = np.floor(moments / timestamp.resolution) * timestamp.resolution
        return _written(moments, timestamp)

    def _shown(self, sample: Sample) -> FloatArray:
        """Return what each clock shows, Unix s."""
        rows, ages = sample.rows, age(sample)
        moments = sample.t + self._epoch + self._shift[rows] + self._drift[rows] * ages
        if self._timestamp.unset_for is not None:
            is_unset = ages < self._set_after[rows]
            moments[is_unset] = ages[is_unset]
        disorder = self._timestamp.disorder
        if disorder is not None:
            keys = self._keys[rows]
            is_early = randomness.uniform(keys, sample.count * 2) < disorder.chance.share
            earlier = randomness.uniform(keys, sample.count * 2 + 1) * disorder.by
            moments -= np.where(is_early, earlier, 0.0)
        return moments


def _written(moments: FloatArray, timestamp: Timestamp) -> Values:
    """Return moments (Unix s) as the clock writes them; None outside of the calendar."""
    sound = (moments > EARLIEST) & (moments < LATEST)
    if timestamp.format == "ns":
        sound &= np.abs(moments) < _LATEST_NS
    if not sound.all():
        column = np.full(len(moments), None, dtype=object)
        column[sound] = _written(moments[sound], timestamp)
        return column
    if timestamp.format in _WHOLE:
        # Whole µs first: a time of 12.3 s is 12.299999 as a float, and must not lose a unit.
        micros = np.rint(moments * 1e6).astype(np.int64)
        units = _WHOLE[timestamp.format]
        whole = micros * 1000 if units == 10**9 else micros // (10**6 // units)
        return texts([str(each) for each in whole.tolist()]) if timestamp.as_ == "text" else whole
    if timestamp.format == "iso":
        return texts(_iso(moments, timestamp))
    zone = UTC if timestamp.zone == "UTC" else ZoneInfo(timestamp.zone)
    form = timestamp.format
    return texts([datetime.fromtimestamp(each, zone).strftime(form) for each in moments.tolist()])


def _iso(moments: FloatArray, timestamp: Timestamp) -> list[str]:
    """Return ISO 8601. Measured: 10,000 texts take 4 ms."""
    local = local_seconds(moments, timestamp.zone)
    micros: NDArray[np.int64] = np.rint(local * 1e6).astype(np.int64)
    units = {"s": 10**6, "ms": 10**3, "us": 1}[timestamp.precision]
    stamps = (micros // units).view(f"datetime64[{timestamp.precision}]")
    shown = np.datetime_as_string(stamps).tolist()
    if timestamp.suffix == "none":
        return list(shown)
    offsets = np.rint((local - moments) / 60).astype(np.int64)
    different, places = np.unique(offsets, return_inverse=True)
    suffixes = [_suffix(int(each), timestamp) for each in different.tolist()]
    if len(suffixes) == 1:
        return [each + suffixes[0] for each in shown]
    return [each + suffixes[at] for each, at in zip(shown, places.tolist(), strict=True)]


def _suffix(minutes: int, timestamp: Timestamp) -> str:
    if timestamp.zone == "UTC" and timestamp.suffix == "z":
        return "Z"
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
