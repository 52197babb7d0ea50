"""diurnal: a day that follows the clock of a place, its weekdays and its seasons."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator import exact, randomness
from simulator.definition.metrics.generator import Generator, register
from simulator.definition.model import reader, show
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.joined import line
from simulator.generators.parts.shape import NOISE_TEXT
from simulator.generators.parts.timing import OFFSET_TEXT, Delay, Zone, beginnings, elapsed
from simulator.randomness import FloatArray, IntArray

DAY = 86_400.0  # s
YEAR = 365.25  # days
MAX_FACTOR = 1e6
MAX_SIZE = 1e100  # two factors of 10^6 of it are a float64 still
MAX_POINTS = 366

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Month = Literal["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS: tuple[Month, ...] = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
# Day of the year in the middle of each month, of a year of 365 days.
_MIDDLES = (16.0, 45.5, 75.0, 105.5, 136.0, 166.5, 197.0, 228.0, 258.5, 289.0, 319.5, 350.0)

Factor = Annotated[float, Field(ge=0, le=MAX_FACTOR)]


def read_hour(value: Any) -> float:
    """Return an hour of the day, 0 to 24, of ``14.5`` or ``"14:30"``."""
    hour = value
    if isinstance(value, str) and len(value) <= 5 and value.count(":") == 1:
        hours, minutes = value.split(":")
        if hours.isdecimal() and minutes.isdecimal() and int(minutes) < 60:
            hour = int(hours) + int(minutes) / 60
    if isinstance(hour, bool) or not isinstance(hour, int | float) or not 0 <= hour <= 24:
        raise DefinitionError(
            f"needs an hour from 0 to 24 such as 14.5 or '14:30', got {show(value)}"
        )
    return float(hour)


Hour = Annotated[
    float,
    BeforeValidator(reader(read_hour)),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 24},
                {"type": "string", "pattern": r"^\d{1,2}:\d{2}$"},
            ]
        }
    ),
]


@register("diurnal")
class Diurnal(Generator):
    """``(mean + amplitude · cos(2π · (hour - peak) / 24) + yearly · cos(2π · (day - peak_day) /
    365.25)) · weekday · season + noise · z``.

    ``hour`` and ``day`` (of the year) are those of the clocks and calendars of ``zone``: when they
    are put forward in spring, the peak comes an hour earlier in UTC. ``weekday`` and ``season`` are
    factors, 1 where none is given.

    Gives numbers.
    """

    family: ClassVar[str] = "shape"
    purpose: ClassVar[str] = "outdoor temperature, traffic, a household's load"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "°C", diurnal: {mean: 11, amplitude: 5, peak: 15, yearly: 9, noise: 0.3}}',
        "{unit: kW, diurnal: {mean: 40, amplitude: 25, peak: '13:30', zone: Europe/Berlin, "
        "weekdays: {sat: 0.5, sun: 0.3}, months: {jul: 0.8, aug: 0.6, dec: 1.3}}}",
        "{diurnal: {mean: 100, amplitude: 60, peak: 9, season: [[1, 1.3], [180, 0.7]], "
        "offset: random}}",
    )

    mean: float = Field(
        ge=-MAX_SIZE, le=MAX_SIZE, description="The middle of a day, in the metric's unit"
    )
    amplitude: float = Field(
        ge=0, le=MAX_SIZE, description="From the middle to the peak, in the metric's unit"
    )
    peak: Hour = Field(default=14.0, description="Hour of the highest value: `14.5` or `'14:30'`")
    weekdays: Mapping[Weekday, Factor] = Field(
        default={}, description="Factors of days, mon to sun, 0 to 10⁶; the others have 1"
    )
    months: Mapping[Month, Factor] = Field(
        default={},
        description="Factors of seasons, jan to dec, 0 to 10⁶, in the middle of each month and "
        "straight from one to the next; the others have 1",
    )
    season: tuple[tuple[Annotated[float, Field(ge=1, le=366)], Factor], ...] = Field(
        default=(),
        max_length=MAX_POINTS,
        description="Instead of months: pairs [day of the year, factor], days from 1 to 366, "
        "rising, straight from one to the next around the year",
    )
    yearly: float = Field(
        default=0.0,
        ge=0,
        le=MAX_SIZE,
        description="Added at the peak of the year, taken off half a year later",
    )
    peak_day: float = Field(
        default=200.0,
        ge=1,
        le=366,
        description="Day of the year with the highest mean; 200 is July",
    )
    noise: float = Field(default=0.0, ge=0, le=MAX_SIZE, description=NOISE_TEXT)
    offset: Delay = Field(default=0.0, description=OFFSET_TEXT + " of a day")
    zone: Zone = Field(
        default="UTC", description="Whose clocks: an IANA name; daylight saving is followed"
    )

    @model_validator(mode="after")
    def _one_season(self) -> Self:
        if self.months and self.season:
            raise ValueError("needs months or season, or neither; got both")
        for (before, _), (after, _) in pairwise(self.season):
            if after <= before:
                raise ValueError(f"days of season must rise, got {after:g} after {before:g}")
        return self

    def factors(self, days: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return what is added on days, and what they are multiplied by.

        Args:
            days: Since 1970-01-01.
        """
        dates: NDArray[np.datetime64] = days.astype("datetime64[D]")
        of_year = (dates - dates.astype("datetime64[Y]")).astype(np.float64) + 1.0
        turns = (of_year - self.peak_day) / YEAR + 0.25
        added = self.yearly * exact.sine(turns - np.floor(turns))
        weekday = np.array([self.weekdays.get(day, 1.0) for day in WEEKDAYS])
        factor = weekday[(days + 3) % 7]  # 1970-01-01 was a Thursday
        return added, factor * self._season(of_year)

    def _season(self, of_year: FloatArray) -> FloatArray:
        points = self.season
        if self.months:
            middles = zip(_MIDDLES, MONTHS, strict=True)
            points = tuple((day, self.months.get(month, 1.0)) for day, month in middles)
        if not points:
            return np.ones(len(of_year))
        days, levels = np.array([points[-1], *points, points[0]]).T
        days[0] -= YEAR
        days[-1] += YEAR
        return line(days, levels, "linear").at(of_year)

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    """Keeps what the days that occur add and are multiplied by, which follows from their dates."""

    def __init__(self, diurnal: Diurnal, cast: Cast, metric: str) -> None:
        self._diurnal = diurnal
        self._epoch = cast.epoch
        self._keys = cast.keys(f"metric.{metric}")
        self._offset = beginnings(diurnal.offset, cast, metric=metric, span=DAY)
        self._first = 0
        self._added: FloatArray = np.empty(0)
        self._factors: FloatArray = np.empty(0)

    def draw(self, sample: Sample) -> Values:
        diurnal = self._diurnal
        seconds = elapsed(sample, "clock", epoch=self._epoch, zone=diurnal.zone)
        if diurnal.offset:
            seconds += self._offset[sample.rows]
        turns = seconds / DAY
        whole = np.floor(turns)
        places = self._places(whole.astype(np.int64))
        turns -= whole
        turns += 0.25 + 1.0 - diurnal.peak / 24.0  # a cosine that begins at its top at the peak
        turns -= np.floor(turns)
        values = exact.sine(turns)
        values *= diurnal.amplitude
        values += self._added[places] + diurnal.mean
        values *= self._factors[places]
        if diurnal.noise:
            noise = randomness.normal(self._keys[sample.rows], sample.count)
            noise *= diurnal.noise
            values += noise
        return values

    def _places(self, days: IntArray) -> IntArray:
        """Return where days stand in the tables, which are made anew where one does not."""
        if not len(days):
            return days
        first, last = int(days.min()), int(days.max())
        if first < self._first or last >= self._first + len(self._factors):
            self._first = first
            kept = np.arange(first, last + 2)
            self._added, self._factors = self._diurnal.factors(kept)
        return days - self._first
