"""What one would write first for a generator: one value after the other, with ``random``.

Rule: as plain as a good programmer writes it, with the parameters of our own example; what does
not depend on mock or time is computed before.
"""

import json
import math
import random
import uuid
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, TypeAlias

from simulator.datasets import Dataset

One: TypeAlias = Callable[[int, float, int], Any]  # of row, t (s) and count
Make: TypeAlias = Callable[[Any, dict[str, Dataset]], One]


def _walk(walk: Any, _: Any) -> One:
    last: dict[int, float] = {}

    def one(row: int, t: float, count: int) -> float:
        before = last.get(row, walk.start)
        value = before + random.gauss(0, walk.step) + walk.pull * (walk.start - before)
        if value < walk.min:
            value = 2 * walk.min - value
        elif value > walk.max:
            value = 2 * walk.max - value
        last[row] = value
        return value

    return one


def _ou(ou: Any, _: Any) -> One:
    last: dict[int, tuple[float, float]] = {}
    rate = math.log(2) / ou.half_life

    def one(row: int, t: float, count: int) -> float:
        if row not in last:
            value = random.gauss(ou.mean, ou.deviation)
        else:
            then, before = last[row]
            a = math.exp(-(t - then) * rate)
            spread = ou.deviation * math.sqrt(1 - a * a)
            value = ou.mean + a * (before - ou.mean) + random.gauss(0, spread)
        last[row] = t, value
        return value

    return one


def _lag(lag: Any, _: Any) -> One:
    last: dict[int, tuple[float, float]] = {}

    def one(row: int, t: float, count: int) -> float:
        aim = 60.0 if t % 7200 < 3600 else 20.0
        then, before = last.get(row, (t, aim))
        value = aim + (before - aim) * math.exp((then - t) / lag.time_constant)
        last[row] = t, value
        return value

    return one


def _poisson(poisson: Any, _: Any) -> One:
    least = math.exp(-poisson.mean)

    def one(row: int, t: float, count: int) -> int:
        number, product = 0, random.random()
        while product > least:
            number += 1
            product *= random.random()
        return number

    return one


def _histogram(histogram: Any, _: Any) -> One:
    edges, weights = histogram.edges, histogram.weights
    places = range(len(weights))

    def one(row: int, t: float, count: int) -> float:
        at = random.choices(places, weights)[0]
        return random.uniform(edges[at], edges[at + 1])

    return one


def _sequence(sequence: Any, _: Any) -> One:
    ends = list(accumulate(times for _, times in sequence.values))
    values = [value for value, _ in sequence.values]
    return lambda row, t, count: values[bisect_right(ends, count % ends[-1])]


def _curve(curve: Any, _: Any) -> One:
    points = [*curve.points, (curve.points[0][0] + 1, curve.points[0][1])]
    phases, values = zip(*points, strict=True)

    def one(row: int, t: float, count: int) -> float:
        phase = t / curve.period % 1
        at = bisect_right(phases, phase) - 1
        share = (phase - phases[at]) / (phases[at + 1] - phases[at])
        value = values[at] + share * (values[at + 1] - values[at])
        return float(value + random.gauss(0, curve.noise))

    return one


def _step(step: Any, _: Any) -> One:
    times, values = zip(*step.points, strict=True)
    return lambda row, t, count: values[bisect_right(times, t % step.period) - 1]


def _triangle(wave: Any, _: Any) -> One:
    rise, way = wave.rise.share, wave.high - wave.low

    def one(row: int, t: float, count: int) -> float:
        phase = t / wave.period % 1
        share = phase / rise if phase < rise else (1 - phase) / (1 - rise)
        return float(wave.low + way * share)

    return one


def _markov(markov: Any, _: Any) -> One:
    chain = {
        "idle": (("idle", "busy"), (90, 10)),
        "busy": (("busy", "idle", "fault"), (60, 38, 2)),
        "fault": (("idle",), (1,)),
    }
    last: dict[int, str] = {}

    def one(row: int, t: float, count: int) -> str:
        values, weights = chain[last.get(row, "idle")]
        last[row] = random.choices(values, weights)[0]
        return last[row]

    return one


def _replay(replay: Any, datasets: dict[str, Dataset]) -> One:
    values = datasets[replay.dataset].columns[replay.column_.text].tolist()
    return lambda row, t, count: values[int((t * replay.speed / 3600 + row) % len(values))]


def _route(route: Any, datasets: dict[str, Dataset]) -> One:
    columns = datasets[route.dataset].columns
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


LOOPS: dict[str, Make] = {
    "constant": lambda g, _: lambda row, t, count: g.value,
    "uniform": lambda g, _: lambda row, t, count: random.uniform(g.min, g.max),
    "normal": lambda g, _: lambda row, t, count: max(random.gauss(g.mean, g.deviation), g.min),
    "lognormal": lambda g, _: (
        lambda row, t, count: random.lognormvariate(math.log(g.median), g.sigma)
    ),
    "exponential": lambda g, _: lambda row, t, count: random.expovariate(1 / g.mean),
    "gamma": lambda g, _: lambda row, t, count: random.gammavariate(g.shape, g.scale),
    "poisson": _poisson,
    "bernoulli": lambda g, _: lambda row, t, count: random.random() < g.chance.share,
    "histogram": _histogram,
    "pick": lambda g, _: lambda row, t, count: random.choice(g.values),
    "sequence": _sequence,
    "counter": lambda g, _: lambda row, t, count: g.start + g.step[0] * count,
    "sine": lambda g, _: (
        lambda row, t, count: (
            g.mean
            + g.amplitude * math.sin(2 * math.pi * (t / g.period + g.phase))
            + random.gauss(0, g.noise)
        )
    ),
    "square": lambda g, _: (
        lambda row, t, count: g.high if (t + row) / g.period % 1 < g.duty.share else g.low
    ),
    "triangle": _triangle,
    "sawtooth": lambda g, _: (
        lambda row, t, count: g.high - (g.high - g.low) * ((t + row) / g.period % 1)
    ),
    "ramp": lambda g, _: lambda row, t, count: g.from_ + (g.to - g.from_) * min(t / g.over, 1),
    "decay": lambda g, _: (
        lambda row, t, count: (
            g.to + (g.from_ - g.to) * 0.5 ** (t / g.half_life) + random.gauss(0, g.noise)
        )
    ),
    "step": _step,
    "curve": _curve,
    "walk": _walk,
    "ou": _ou,
    "lag": _lag,
    "markov": _markov,
    "formula": lambda g, _: lambda row, t, count: 20 + 5 * math.sin(t / 600) + random.gauss(0, 0.3),
    "replay": _replay,
    "route": _route,
    "uuid": lambda g, _: lambda row, t, count: str(uuid.uuid4()),
    "hex": lambda g, _: lambda row, t, count: f"{random.getrandbits(64):016x}",
}


def payload_loop(tree: Any) -> One:
    """Return what makes a mock's payload: status, values, a dictionary, ``json.dumps``."""
    status: dict[int, tuple[str, float]] = {}
    walked: dict[int, float] = {}

    def one(row: int, t: float, count: int) -> bytes:
        known = {
            "id": f"mock-{row:06d}",
            "now": 1.7e9 + t,
            "seq": count,
            "site": ("fukuoka", "tokyo")[row % 2],
            "a": random.uniform(-10, 40),
            "b": random.uniform(0, 100),
            "c": walked.get(row, 50.0) + random.gauss(0, 0.5),
            "door": random.choice(("open", "closed")),
            "count": count % 101,
        }
        walked[row] = known["c"]
        at, since = status.get(row, ("running", 0.0))
        if at == "running" and (known["a"] > 39.5 or random.random() < 0.1 * 10 / 3600):
            status[row] = "alarm", t
        elif at == "alarm" and t > since + 30:
            status[row] = "running", t
        return json.dumps(_filled(tree, known)).encode()

    return one


def _filled(tree: Any, known: dict[str, Any]) -> Any:
    if isinstance(tree, dict):
        return {key: _filled(value, known) for key, value in tree.items()}
    name, _, spec = tree[1:-1].partition(":")
    if spec == "iso":
        return datetime.fromtimestamp(known[name], UTC).isoformat(timespec="milliseconds")
    return round(known[name], int(spec[1])) if spec.endswith("f") else known[name]
