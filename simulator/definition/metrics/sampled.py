"""A clock of its own for a metric, so that its value is a function of seed, mock and time alone.

Rule: such a metric reads nothing of the mock's life: other mocks compute its value for themselves.
"""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from simulator.definition.model import Model, show
from simulator.definition.quantities.units import SomeSeconds

MIN_EVERY = 1.0  # s; a metric that others read is computed once more for each shard that reads it


class Sampled(Model):
    """Read at ``k · every`` from the run's start on, k = 0, 1, 2, ..., whoever sends when.

    Between two of these moments it is what it was at the first of them, or goes straight to the
    next. Each mock's clock begins with the run, also where the mock is switched on later: ``age``
    is the time since the run's start.
    """

    every: SomeSeconds = Field(description="Time between two readings, 1 s or more")
    between: Literal["hold", "line"] = Field(
        default="hold", description="`hold`: as it was; `line`: straight to the next, for numbers"
    )

    @model_validator(mode="after")
    def _is_slow_enough(self) -> Self:
        if self.every < MIN_EVERY:
            raise ValueError(f"every must be {MIN_EVERY:g} s or more, got {self.every:g} s")
        return self


def read_sampled(value: Any) -> Any:
    """Return ``sampled: 10s`` as a mapping; whatever else stands there as it is."""
    if isinstance(value, dict | Sampled) or value is None:
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"needs a duration such as 10s, got {show(value)}")
    return {"every": value}
