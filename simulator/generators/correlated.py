"""correlated: several values that go together, as temperature and humidity do."""

from typing import Annotated, Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import Generator, register
from simulator.definition.model import Model, nearest
from simulator.definition.quantities.units import SomeSeconds
from simulator.generators.base import Cast, Column, Drawn, Sample
from simulator.generators.parts.matrices import mixed, root_of
from simulator.generators.parts.memory import Timed, kept_share
from simulator.randomness import FloatArray

MAX_PARTS = 20
MAX_NAME = 60  # characters, as for every name

_Name = Annotated[str, Field(pattern=r"^[^\W\d]\w*$", max_length=MAX_NAME)]
_Share = Annotated[float, Field(ge=-1, le=1)]
Pair: TypeAlias = tuple[str, str, _Share]


class Part(Model):
    """One of the values."""

    mean: float = Field(description="Its mean")
    deviation: float = Field(ge=0, description="Its standard deviation, 0 or more")
    min: float | None = Field(default=None, description="What is below is put at it")
    max: float | None = Field(default=None, description="What is above is put at it")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min must be below max, got min {self.min:g} and max {self.max:g}")
        return self


@register("correlated")
class Correlated(Generator):
    """``mean_i + deviation_i · Σ L_ij · z_j``, with ``L · Lᵀ`` the matrix of correlations.

    All parts are drawn from one normal distribution. With ``half_life`` each z is an
    Ornstein-Uhlenbeck process (as ``ou``) of mean 0 and deviation 1 by the time between readings,
    so that a part's next value is near to its last one; without it each reading is drawn anew. The
    correlations must be possible together: the matrix positive semi-definite.

    Gives numbers in parts: ``air.temperature``, ``air.humidity`` for the metric ``air``.
    """

    family: ClassVar[str] = "process"
    purpose: ClassVar[str] = "values that go together: temperature and humidity, three phases"
    examples: ClassVar[tuple[str, ...]] = (
        "{correlated: {parts: {temperature: {mean: 21, deviation: 2}, "
        "humidity: {mean: 50, deviation: 8, min: 0, max: 100}}, "
        "correlations: [[temperature, humidity, -0.7]], half_life: 30min}}",
        "{correlated: {parts: {l1: {mean: 230, deviation: 2}, l2: {mean: 230, deviation: 2}, "
        "l3: {mean: 230, deviation: 2}}, "
        "correlations: [[l1, l2, 0.8], [l1, l3, 0.8], [l2, l3, 0.8]]}}",
    )

    values: dict[_Name, Part] = Field(
        alias="parts", min_length=1, max_length=MAX_PARTS, description="1 to 20 parts by name"
    )
    correlations: tuple[Pair, ...] = Field(
        default=(),
        max_length=MAX_PARTS * (MAX_PARTS - 1) // 2,
        description="Two parts and how they go together, -1 to 1; 0 for those that are not there",
    )
    half_life: SomeSeconds | None = Field(
        default=None, description="Time in which half of what a value is away is gone, above 0 s"
    )

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        seen: set[frozenset[str]] = set()
        for one, other, _ in self.correlations:
            for name in (one, other):
                if name not in self.values:
                    near = nearest(name, self.values)
                    raise ValueError(f"correlations: no part {name!r}, {near}")
            if one == other or {one, other} in seen:
                raise ValueError(f"correlations: {one} and {other}: two parts, each pair once")
            seen.add(frozenset({one, other}))
        if root_of(self.matrix) is None:
            lowest = float(np.linalg.eigvalsh(self.matrix)[0])
            raise ValueError(
                "these correlations cannot be together: if a goes with b, and b with c, then a"
                " goes with c; the smallest eigenvalue of their matrix must be 0 or more and is "
                f"{lowest:.3g}"
            )
        return self

    @property
    def matrix(self) -> FloatArray:
        """Return the correlation of each part with each, in their order."""
        places = {name: place for place, name in enumerate(self.values)}
        matrix = np.eye(len(places))
        for one, other, share in self.correlations:
            matrix[places[one], places[other]] = matrix[places[other], places[one]] = share
        return matrix

    def parts(self) -> tuple[str, ...]:
        return tuple(self.values)

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Timed):
    """Remembers, with a half-life, what was drawn last: one z for each part."""

    def __init__(self, correlated: Correlated, cast: Cast, metric: str) -> None:
        memory: dict[str, NDArray[Any]] = {}
        if correlated.half_life is not None:
            memory["last"] = np.zeros((cast.count, len(correlated.values)))
        super().__init__(cast.count, **memory)
        self._parts = correlated.values
        self._decay = np.log(2) / correlated.half_life if correlated.half_life else 0.0
        root = root_of(correlated.matrix)
        assert root is not None
        self._root = root
        self._keys = [cast.keys(f"metric.{metric}.{part}") for part in correlated.values]

    def draw(self, sample: Sample) -> Drawn:
        drawn = [randomness.normal(keys[sample.rows], sample.count) for keys in self._keys]
        if self._decay:
            drawn = self._persistent(drawn, sample)
        columns = mixed(self._root, drawn)
        return {
            name: np.clip(part.mean + part.deviation * column, part.min, part.max)
            for (name, part), column in zip(self._parts.items(), columns, strict=True)
        }

    def _persistent(self, drawn: list[FloatArray], sample: Sample) -> list[FloatArray]:
        kept = kept_share(self.since(sample), self._decay)
        new = np.sqrt(1.0 - kept * kept)
        before = self.memory["last"][sample.rows]
        drawn = [kept * before[:, i] + new * each for i, each in enumerate(drawn)]
        self.memory["last"][sample.rows] = np.stack(drawn, axis=1)
        return drawn
