"""ar: a value that follows from its last ones, given or fitted to a recording."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import Generator, Need, register
from simulator.definition.model import Model
from simulator.errors import DatasetError, DefinitionError
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.matrices import mixed, product, root_of
from simulator.generators.parts.memory import Remembering
from simulator.randomness import FloatArray

MAX_ORDER = 20  # values back; more is a season, which a curve says better

Coefficient = Annotated[float, Field(ge=-10, le=10)]


class Fit(Model):
    """The recording that an ``ar`` is fitted to."""

    dataset: str = Field(description="Name of a CSV file")
    column: str = Field(description="Its column of numbers; rows without one are left out")
    order: int = Field(default=1, ge=1, le=MAX_ORDER, description="How many values back, 1 to 20")


@register("ar")
class Ar(Generator):
    """``mean + Σ c_i · (x_i - mean) + noise · z``, x_i being the value i readings before.

    The autoregressive process AR(n); z is drawn normally, and the first n readings are drawn so
    that each mock begins as if it had gone on for ever. The coefficients must be stationary: all
    roots of ``λⁿ - c_1 · λⁿ⁻¹ - ... - c_n`` lie inside of the unit circle. For n = 1 readings that
    are k apart correlate with ``c_1^k``, and the deviation is ``noise / √(1 - c_1²)``. ``fit``
    takes mean, coefficients and noise from a recording by the equations of Yule and Walker, whose
    solution is always stationary; one row of it is then one reading.

    Source: Brockwell and Davis, "Time Series: Theory and Methods", chapters 3 and 8.

    Gives numbers.
    """

    family: ClassVar[str] = "process"
    purpose: ClassVar[str] = "a load or a vibration with a memory, as it was recorded"
    examples: ClassVar[tuple[str, ...]] = (
        "{unit: kW, ar: {mean: 40, coefficients: [1.2, -0.4], noise: 2}}",
        '{unit: "°C", ar: {fit: {dataset: seattle-weather-hourly.csv, column: temperature, '
        "order: 3}}}",
    )

    mean: float = Field(default=0.0, description="The mean")
    coefficients: tuple[Coefficient, ...] = Field(
        default=(), max_length=MAX_ORDER, description="c_1 to c_n, the nearest first; 1 to 20"
    )
    noise: float | None = Field(
        default=None, ge=0, description="Standard deviation of what each reading adds, 0 or more"
    )
    fit: Fit | None = Field(default=None, description="A recording that says all three")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.fit is not None:
            if self.coefficients or self.noise is not None or self.mean:
                raise ValueError("fit says mean, coefficients and noise: give one or the other")
            return self
        if not self.coefficients or self.noise is None:
            raise ValueError("needs coefficients and noise, or fit")
        largest = largest_root(self.coefficients)
        if largest >= 1:
            raise ValueError(
                "these coefficients are not stationary, the values would grow without end: the "
                f"largest root must be below 1 and is {largest:.4g}; smaller coefficients are"
            )
        return self

    def needs(self) -> tuple[Need, ...]:
        if self.fit is None:
            return ()
        return (Need(self.fit.dataset, "csv", (self.fit.column,)),)

    def check_datasets(self, datasets: Mapping[str, Any]) -> None:
        if self.fit is not None and isinstance(datasets[self.fit.dataset].columns, Mapping):
            fitted(self.fit, datasets)

    @property
    def memory(self) -> int:
        return 64 + 8 * MAX_ORDER

    def column(self, cast: Cast, metric: str) -> Column:
        ar = self if self.fit is None else fitted(self.fit, cast.datasets)
        return _Column(ar, cast, metric)


def largest_root(coefficients: tuple[float, ...]) -> float:
    """Return how far the outermost root of the characteristic polynomial is from 0."""
    return float(np.max(np.abs(np.roots([1.0, *(-c for c in coefficients)])), initial=0.0))


def fitted(fit: Fit, datasets: Mapping[str, Any]) -> Ar:
    """Return the process of a recording.

    Raises:
        DatasetError: The column is text, or has fewer than 10 numbers for each value back.
    """
    values = datasets[fit.dataset].columns[fit.column]
    if values.dtype == object:
        raise DatasetError(f"{fit.dataset}: column {fit.column!r} must hold numbers, it holds text")
    numbers = values[np.isfinite(values)].astype(np.float64)
    if len(numbers) < 10 * fit.order:
        raise DatasetError(
            f"{fit.dataset}: an order of {fit.order} needs {10 * fit.order} numbers or more, column"
            f" {fit.column!r} has {len(numbers)}"
        )
    mean = float(numbers.mean())
    away = numbers - mean
    size = len(numbers)
    covariances = np.array([away[k:] @ away[: size - k] / size for k in range(fit.order + 1)])
    if covariances[0] == 0:
        return Ar(mean=mean, coefficients=(0.0,), noise=0.0)
    lags = np.abs(np.subtract.outer(np.arange(fit.order), np.arange(fit.order)))
    solved = np.linalg.lstsq(covariances[lags], covariances[1:], rcond=None)[0]
    variance = max(float(covariances[0] - solved @ covariances[1:]), 0.0)
    # Nine digits, so that the last bit of a machine's own algebra does not show.
    mean, noise, *found = (float(f"{v:.9g}") for v in (mean, variance**0.5, *solved.tolist()))
    try:
        return Ar(mean=mean, coefficients=tuple(found), noise=noise)
    except ValueError as error:
        raise DefinitionError(f"{fit.dataset}: column {fit.column!r} has no fit: {error}") from None


def stationary_root(coefficients: tuple[float, ...]) -> FloatArray:
    """Return L with L·Lᵀ the covariance of as many values in a row, for ``noise`` 1."""
    order = len(coefficients)
    step = np.zeros((order, order))
    step[0] = coefficients
    step[1:, :-1] += np.eye(order - 1)
    # Γ = A Γ Aᵀ + Q, summed by doubling: 2^64 steps, past any root that is below 1 in float64.
    covariance = np.zeros((order, order))
    covariance[0, 0] = 1.0
    for _ in range(64):
        covariance = covariance + product(product(step, covariance), step.T.copy())
        step = product(step, step)
    root = root_of(covariance)
    return np.diag(np.sqrt(np.diag(covariance))) if root is None else root


class _Column(Remembering):
    """Remembers each mock's last values less the mean, the newest first."""

    def __init__(self, ar: Ar, cast: Cast, metric: str) -> None:
        self._ar = ar
        self._noise = ar.noise or 0.0
        self._keys = cast.keys(f"metric.{metric}")
        starts = cast.keys(f"metric.{metric}.start")
        order = len(ar.coefficients)
        z = [randomness.normal(starts, np.full(cast.count, i)) for i in range(order)]
        root = stationary_root(ar.coefficients) * self._noise
        super().__init__(last=np.stack(mixed(root, z), axis=1))

    def draw(self, sample: Sample) -> Values:
        before = self.memory["last"][sample.rows]
        values = randomness.normal(self._keys[sample.rows], sample.count) * self._noise
        for place, coefficient in enumerate(self._ar.coefficients):
            values += coefficient * before[:, place]
        before[:, 1:] = before[:, :-1].copy()
        before[:, 0] = values
        self.memory["last"][sample.rows] = before
        return values + self._ar.mean
