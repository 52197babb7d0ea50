"""What a tick of 10 ms costs with ten mocks due of few and of many, in CPU time.

    python -m tests.benchmarks.ticks [--due 10] [--ticks 2000]

The wheel alone, then a fleet that makes and hands over the messages. The figures are ratios to the
fleet of 1,000: what is not due must cost nothing. A benchmark never fails for being slow.
"""

import argparse
import time

import numpy as np

from simulator.definition import parse
from simulator.fleet import Fleet
from simulator.fleet.timers import Timers
from simulator.lot.pace import Pace

TICK = 0.01  # s, as the tower's
SIZES = (1_000, 5_000, 10_000, 50_000)
SENSOR = """
name: Sensor
id: "s-{{index}}"
messages:
  telemetry: {{every: {every} s, topic: "t/{{id}}", json: {{seq: "{{seq}}"}}}}
"""


def wheel_tick(total: int, *, due: int, ticks: int) -> float:
    """Return the median µs of a tick in which ``due`` of ``total`` timers go off and go on."""
    period = total / due * TICK
    timers = Timers(total, 8)
    timers.start(
        np.arange(total), 7, np.random.default_rng(1).permutation(total) * (period / total)
    )
    spent = []
    for number in range(1, ticks + 1):
        began = time.process_time_ns()
        events = timers.pop(number * TICK, 50_000)
        timers.start(events.rows, 7, events.times + period)
        timers.next_due()
        spent.append(time.process_time_ns() - began)
    return float(np.median(spent)) / 1_000


def fleet_tick(total: int, *, due: int, ticks: int) -> float:
    """Return the median µs of a tick in which ``due`` of ``total`` mocks send."""
    every = total / due * TICK
    spread = Pace(start_within=every)
    fleet = Fleet(parse(SENSOR.format(every=every)), count=total, pace=spread)
    fleet.due(0.0)
    fleet.connected(range(total), 0.0)
    while fleet.next_due() <= every:  # by then each has sent its first
        fleet.due(every)
    spent = []
    for number in range(1, ticks + 1):
        began = time.process_time_ns()
        sends = sum(map(len, fleet.due(every + number * TICK).sends))
        fleet.next_due()
        if sends:
            spent.append((time.process_time_ns() - began) * due / sends)
    return float(np.median(spent)) / 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--due", type=int, default=10)
    parser.add_argument("--ticks", type=int, default=2_000)
    options = parser.parse_args()
    for name, measure in (("wheel", wheel_tick), ("fleet", fleet_tick)):
        costs = {size: measure(size, due=options.due, ticks=options.ticks) for size in SIZES}
        least = costs[SIZES[0]]
        for size, cost in costs.items():
            what = f"{options.due} due of {size:>6,}"
            print(f"{name}: {what}: {cost:6.1f} µs a tick, {cost / least:.2f} of 1,000's")


if __name__ == "__main__":
    main()
