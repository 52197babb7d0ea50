"""Values and payloads a second of CPU time, beside Python loops, faker and mimesis, in one run.

    python -m tests.benchmarks.generation [WORD ...] [--mocks 10000] [--seconds 0.3] [--no-peers]

Each generator runs as its own first example says, so a new word appears by itself; the metrics that
it reads are drawn before it, uncounted. A generator draws a column for all mocks at once; the loop
makes one value after the other, as one would write it first; the peers are called once a value and
know neither mock nor time. What a mock has for its life, such as an address, is made when a fleet
is and looked up from then on, so its figure is that of looking up.

The payloads of 10 fields and of 45 nested ones are those of a fleet with statuses and transitions;
last comes what previews take. The peers live in .run/bench-venv, made at the first call. A
benchmark never fails for being slow; what was found with it stands beside the code that it is
about.
"""

import argparse
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from docs.press.drawn import datasets, definition_of
from simulator import Definition
from simulator.datasets import Dataset
from simulator.definition.metrics.generator import FAMILIES, KINDS
from simulator.errors import DefinitionError
from simulator.generators import Cast, Column, Sample
from simulator.randomness import keys, normal, uniform
from tests.benchmarks.environment import peers_python
from tests.benchmarks.loops import LOOPS, One, payload_loop
from tests.benchmarks.payloads import FLAT, in_fleet, nested
from tests.benchmarks.preview import print_days

PEERS = ("faker", "mimesis")
EPOCH = 1.7e9  # Unix s
STEP = 10.0  # s between two readings
WARM = 3  # readings that do not count: tables are made, memory is fetched
BATCHES = (1, 10, 100, 1_000, 10_000)


def main() -> None:
    options = _options()
    files = datasets()
    peers = {} if options.no_peers else {name: _peer(name, options.seconds) for name in PEERS}
    print(f"{options.mocks:,} mocks; million values/s, and how many times as fast as each is ours")
    print(f"{'':13}{'ours':>8}{'loop':>9}{'':8}" + "".join(f"{name:>9}{'':8}" for name in peers))
    for word in options.words or _words():
        try:
            rate = _rate(word, files, options.mocks, options.seconds)
        except DefinitionError as error:  # a table with a row for each mock has too few of them
            print(f"{word:13}{error}")
            continue
        others = [_loop_rate(word, files, options.mocks, options.seconds)]
        others += [rates.get(word) for rates in peers.values()]
        print(f"{word:13}{rate / 1e6:8.1f}" + "".join(_beside(rate, other) for other in others))
    if not options.words:
        _print_payloads(options.mocks, options.seconds, peers)
        _print_calls(options.seconds)
        print()
        print_days()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", choices=[*KINDS, []], metavar="WORD")
    parser.add_argument("--mocks", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each measurement")
    parser.add_argument("--no-peers", action="store_true")
    return parser.parse_args()


def _words() -> list[str]:
    """Return every generator with an example, family by family."""
    order = [*FAMILIES, ""]
    return sorted(
        (word for word, kind in KINDS.items() if kind.examples),
        key=lambda word: order.index(KINDS[word].family),
    )


def _beside(ours: float, theirs: float | None) -> str:
    return f"{'':17}" if theirs is None else f"{theirs / 1e6:9.3f}{ours / theirs:6,.0f} ×"


def _rate(word: str, files: Mapping[str, Dataset], mocks: int, seconds: float) -> float:
    """Return values a second of a word's first example; drawing what it reads is not counted."""
    definition = definition_of(KINDS[word].examples[0], files)
    cast = Cast(first=0, count=mocks, seed=1, epoch=EPOCH, datasets=files, total=mocks)
    columns = {name: each.column(cast, name) for name, each in definition.metrics.items()}
    subject = _subject(definition, word)
    spent, drawn = 0.0, -WARM
    for sample in _samples(cast):
        known = {**sample.readings, **_before(columns, subject, sample)}
        ready = _with(sample, known)
        began = time.process_time()
        columns[subject].draw(ready)
        if drawn >= 0:
            spent += time.process_time() - began
        drawn += 1
        if spent >= seconds:
            break
    return drawn * mocks / spent


def _subject(definition: Definition, word: str) -> str:
    names = [n for n, metric in definition.metrics.items() if metric.generator.word == word]
    return names[-1]


def _before(columns: Mapping[str, Column], subject: str, sample: Sample) -> dict[str, Any]:
    """Return what the metrics that stand before the subject read."""
    known: dict[str, Any] = {}
    for name, column in columns.items():
        if name == subject:
            break
        values = column.draw(_with(sample, {**sample.readings, **known}))
        parts = values if isinstance(values, dict) else {"": values}
        known |= {f"{name}.{part}".rstrip("."): each for part, each in parts.items()}
    return known


def _with(sample: Sample, readings: Mapping[str, Any]) -> Sample:
    return Sample(
        rows=sample.rows,
        t=sample.t,
        count=sample.count,
        born=sample.born,
        entered=sample.entered,
        readings=readings,
    )


def _samples(cast: Cast) -> Iterator[Sample]:
    """Yield readings of all mocks, each mock a little later than the one before it."""
    rows = np.arange(cast.count, dtype=np.int64)
    born = np.zeros(cast.count)
    for count in range(10_000_000):
        t = count * STEP + rows / cast.count
        counts = np.full(cast.count, count, dtype=np.int64)
        yield Sample(
            rows=rows, t=t, count=counts, born=born, entered=born, readings={"index": cast.numbers}
        )


def _loop_rate(word: str, files: dict[str, Dataset], mocks: int, seconds: float) -> float | None:
    """Return values a second of the plain loop for a word, where there is one."""
    if word not in LOOPS:
        return None
    definition = definition_of(KINDS[word].examples[0], files)
    one = LOOPS[word](definition.metrics[_subject(definition, word)].generator, files)
    spent, drawn = 0.0, 0
    for sample in _samples(Cast(first=0, count=mocks, seed=1, epoch=EPOCH)):
        began = time.process_time()
        _loop(one, sample)
        spent += time.process_time() - began
        drawn += mocks
        if spent >= seconds:
            break
    return drawn / spent


def _loop(one: One, sample: Sample) -> list[Any]:
    entries = zip(sample.rows.tolist(), sample.t.tolist(), sample.count.tolist(), strict=True)
    return [one(row, t, count) for row, t, count in entries]


def _peer(name: str, seconds: float) -> dict[str, float]:
    """Return what a peer measures of itself in its own environment, by our words."""
    program = Path(__file__).parent / "peers" / f"with_{name}.py"
    command = [str(peers_python()), str(program), str(seconds)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    rates: dict[str, float] = json.loads(ended.stdout)
    return rates


def _print_payloads(mocks: int, seconds: float, peers: Mapping[str, dict[str, float]]) -> None:
    """Print payloads a second beside loops and peers that make the same fields one by one."""
    print(f"\n{'million payloads/s':13}{'ours':>11}{'loop':>9}")
    for kind, tree in (("10 fields", FLAT), ("45 nested", nested())):
        rate = max(in_fleet({"json": tree}, mocks) for _ in range(3))
        spent, made, one = 0.0, 0, payload_loop(tree)
        while spent < seconds:
            began = time.process_time()
            made += len([one(row, made / mocks * STEP, made // mocks) for row in range(mocks)])
            spent += time.process_time() - began
        others = [made / spent, *(rates.get(kind) for rates in peers.values())]
        print(f"{kind:20}{rate / 1e6:9.3f}" + "".join(_beside(rate, other) for other in others))


def _print_calls(seconds: float) -> None:
    """Print how long a call for few values takes, which is what small fleets pay."""
    print("\nµs a call for so many values:" + "".join(f"{batch:>9,}" for batch in BATCHES))
    for function in (uniform, normal):
        times = [_call_time(function, batch, seconds / len(BATCHES)) for batch in BATCHES]
        print(f"{function.__name__:29}" + "".join(f"{time_ * 1e6:9.1f}" for time_ in times))


def _call_time(function: Callable[..., Any], batch: int, seconds: float) -> float:
    """Return the best of many rounds, because a machine has other things to do as well."""
    drawn = keys(1, np.arange(batch, dtype=np.int64), "m")
    count = np.arange(batch, dtype=np.int64)
    best, until = float("inf"), time.process_time() + seconds
    while time.process_time() < until:
        began = time.process_time()
        for _ in range(10):
            function(drawn, count)
        best = min(best, (time.process_time() - began) / 10)
    return best


if __name__ == "__main__":
    main()
