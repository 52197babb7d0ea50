"""The largest parameters that are allowed give numbers, without a warning."""

from typing import Any

import numpy as np
import pytest

from .bench import cast, column, sample

MOST = 1e300


@pytest.mark.parametrize(
    "generator",
    [
        {"normal": {"mean": MOST, "deviation": MOST}},
        {"lognormal": {"median": 1e100, "sigma": 20}},
        {"lognormal": {"mean": 1e94, "deviation": 1e100}},
        {"exponential": MOST},
        {"gamma": {"shape": 0.01, "scale": 1e100}},
        {"gamma": {"shape": 10_000, "scale": 1e100}},
        {"poisson": 1e6},
        {"poisson": 1e-300},
        {"uniform": {"min": -MOST, "max": MOST}},
        {"histogram": {"edges": [-MOST, MOST], "weights": [1e9]}},
        {"sine": {"mean": MOST, "amplitude": MOST, "period": "1ms", "noise": MOST}},
        {"square": {"low": -MOST, "high": MOST, "period": "3650d"}},
        {"triangle": {"low": -MOST, "high": MOST, "period": "1ms", "rise": "0.0001%"}},
        {"ramp": {"from": -MOST, "to": MOST, "over": "1ms", "at_end": "reverse"}},
        {"decay": {"from": MOST, "to": -MOST, "half_life": 1e-9}},
        {"pulse": {"low": -MOST, "high": MOST, "width": 1e-9, "period": 1, "rise": 1e-9}},
        {"curve": {"points": [[0, -1e100], [1e-9, 1e100]], "period": 1, "between": "smooth"}},
        {"step": {"points": [[0, -1e100], [1e-9, 1e100]], "between": "smooth"}},
        {
            "diurnal": {
                "mean": 1e100,
                "amplitude": 1e100,
                "yearly": 1e100,
                "weekdays": dict.fromkeys(("mon", "sun"), 1e6),
                "months": {"feb": 1e6},
            }
        },
        {"counter": {"start": 2**53, "step": 2**31}},
        {"sequence": {"start": 2**53, "step": 2**53}},
    ],
    ids=str,
)
def test_the_largest_parameters_give_numbers(generator: dict[str, Any]) -> None:
    made = column(generator, cast(2_000))

    for count, t in enumerate((0.0, 1e-9, 0.5, 86_400.0, 3e8)):
        values = made.draw(sample(range(2_000), t=t, count=count))
        assert np.all(np.isfinite(values.astype(np.float64)))
