"""Values a second of each generator, beside a plain Python loop over mocks that does the same.

Run: ``python -m tests.benchmarks.generation [--mocks 10000] [--seconds 0.3]``. It prints figures
and never fails for being slow; what was found with it stands beside the code that it is about.
"""

import argparse
import math
import random
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from simulator.datasets import Dataset, read_dataset
from simulator.definition.generator import KINDS
from simulator.generators import Cast, Sample

DEMO = Path(__file__).parents[2] / "web/platform/demo"
WEATHER, HIKE = "seattle-weather-hourly.csv", "hike-korita-zbevnica.gpx"

CASES: dict[str, dict[str, Any]] = {
    "constant": {"value": 5},
    "uniform": {"min": 1, "max": 2},
    "normal": {"mean": 3, "deviation": 2},
    "walk": {"start": 4, "step": 0.2, "min": -2, "max": 12, "pull": 0.05},
    "sine": {"mean": 10, "amplitude": 3, "period": "1h"},
    "ramp": {"from": 100, "to": 0, "over": "90d"},
    "curve": {"points": [[0, 12], [0.3, 80], [0.7, 75], [1, 12]], "period": "24h"},
    "bucket": {"values": ["closed", "closed", "closed", "open"]},
    "counter": {"start": 0, "max": 1000},
    "formula": {"expression": "temperature - (100 - humidity) / 5"},
    "replay": {"dataset": WEATHER, "column": "temperature", "speed": 60, "offset": "random"},
    "route": {"dataset": HIKE, "speed": "38 km/h", "at_end": "reverse", "offset": "random"},
}


def main() -> None:
    arguments = _arguments()
    datasets = {name: read_dataset(name, (DEMO / name).read_bytes()) for name in (WEATHER, HIKE)}
    cast = Cast(first=0, count=arguments.mocks, seed=1, epoch=1.7e9, datasets=datasets)
    print(f"{arguments.mocks:,} mocks; million values/s, and how much that is of a plain loop")
    for word, parameters in CASES.items():
        column = KINDS[word].model_validate(parameters).column(cast, "m")
        ours = _rate(column.draw, _samples(cast), cast.count, arguments.seconds)
        loop = _loop(word, parameters, datasets)
        theirs = _rate(loop, _samples(cast), cast.count, arguments.seconds)
        print(f"{word:10} {ours / 1e6:8.1f} {theirs / 1e6:8.2f} {ours / theirs:6.0f} ×")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mocks", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each measurement")
    return parser.parse_args()


def _samples(cast: Cast) -> Iterator[Sample]:
    rows = np.arange(cast.count, dtype=np.int64)
    born = np.zeros(cast.count)
    known = {"temperature": rows % 30 + 0.5, "humidity": rows % 90 + 5.5}
    for count in range(1_000_000):
        t = np.full(cast.count, count * 10.0) + rows / cast.count
        counts = np.full(cast.count, count, dtype=np.int64)
        yield Sample(rows=rows, t=t, count=counts, born=born, entered=born, readings=known)


def _rate(
    draw: Callable[[Sample], Any], samples: Iterator[Sample], mocks: int, seconds: float
) -> float:
    """Return values a second; making the samples is not counted."""
    draw(next(samples))
    spent, drawn = 0.0, 0
    while spent < seconds:
        sample = next(samples)
        begin = time.perf_counter()
        draw(sample)
        spent += time.perf_counter() - begin
        drawn += mocks
    return drawn / spent


def _loop(
    word: str, parameters: dict[str, Any], datasets: dict[str, Dataset]
) -> Callable[[Sample], list[Any]]:
    """Return what one would write first: one value after the other, with Python's ``random``."""
    one = _ONE[word](parameters, datasets)

    def draw(sample: Sample) -> list[Any]:
        entries = zip(sample.rows.tolist(), sample.t.tolist(), sample.count.tolist(), strict=True)
        return [one(row, t, count) for row, t, count in entries]

    return draw


_One = Callable[[int, float, int], Any]
_Make = Callable[[dict[str, Any], dict[str, Dataset]], _One]


def _walk(p: dict[str, Any], _: dict[str, Dataset]) -> _One:
    last: dict[int, float] = {}

    def one(row: int, t: float, count: int) -> float:
        before = last.get(row, p["start"])
        value = before + random.gauss(0, p["step"]) + p["pull"] * (p["start"] - before)
        if value < p["min"]:
            value = 2 * p["min"] - value
        elif value > p["max"]:
            value = 2 * p["max"] - value
        last[row] = value
        return value

    return one


def _curve(p: dict[str, Any], _: dict[str, Dataset]) -> _One:
    phases, values = zip(*p["points"], strict=True)

    def one(row: int, t: float, count: int) -> float:
        phase = t / 86_400 % 1
        at = bisect_right(phases, phase) - 1
        share = (phase - phases[at]) / (phases[at + 1] - phases[at])
        return float(values[at] + share * (values[at + 1] - values[at]))

    return one


def _replay(p: dict[str, Any], datasets: dict[str, Dataset]) -> _One:
    values = datasets[WEATHER].columns["temperature"].tolist()
    return lambda row, t, count: values[int((t * p["speed"] / 3600 + row) % len(values))]


def _route(p: dict[str, Any], datasets: dict[str, Dataset]) -> _One:
    columns = datasets[HIKE].columns
    lat, lon, altitude = (columns[name].tolist() for name in ("lat", "lon", "altitude"))
    ends = [0.0]
    for at in range(len(lat) - 1):
        wide = (lon[at + 1] - lon[at]) * math.cos(math.radians(lat[at]))
        ends.append(ends[-1] + math.radians(math.hypot(lat[at + 1] - lat[at], wide)) * 6_371_008.8)

    def one(row: int, t: float, count: int) -> dict[str, float]:
        place = (t * 38 / 3.6 + row) % ends[-1]
        at = bisect_right(ends, place) - 1
        share = (place - ends[at]) / (ends[at + 1] - ends[at])
        return {
            "lat": lat[at] + share * (lat[at + 1] - lat[at]),
            "lon": lon[at] + share * (lon[at + 1] - lon[at]),
            "altitude": altitude[at] + share * (altitude[at + 1] - altitude[at]),
            "speed": 38 / 3.6,
            "bearing": math.degrees(math.atan2(lon[at + 1] - lon[at], lat[at + 1] - lat[at])),
            "distance": t * 38 / 3.6,
        }

    return one


_ONE: dict[str, _Make] = {
    "constant": lambda p, _: lambda row, t, count: p["value"],
    "uniform": lambda p, _: lambda row, t, count: random.uniform(p["min"], p["max"]),
    "normal": lambda p, _: lambda row, t, count: random.gauss(p["mean"], p["deviation"]),
    "walk": _walk,
    "sine": lambda p, _: (
        lambda row, t, count: p["mean"] + p["amplitude"] * math.sin(2 * math.pi * t / 3600)
    ),
    "ramp": lambda p, _: (
        lambda row, t, count: p["from"] + (p["to"] - p["from"]) * min(t / 7_776_000, 1)
    ),
    "curve": _curve,
    "bucket": lambda p, _: lambda row, t, count: random.choice(p["values"]),
    "counter": lambda p, _: lambda row, t, count: count % 1001,
    "formula": lambda p, _: lambda row, t, count: (row % 30 + 0.5) - (100 - row % 90 - 5.5) / 5,
    "replay": _replay,
    "route": _route,
}


if __name__ == "__main__":
    main()
