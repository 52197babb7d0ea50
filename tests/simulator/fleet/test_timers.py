"""The timers that go off are found without a look at the others."""

import numpy as np

from simulator.fleet.timers import Timers


def test_a_tick_looks_at_no_more_timers_than_are_due() -> None:
    total, due, tick = 50_000, 10, 0.01
    period = total / due * tick
    timers = Timers(total, 3)
    timers.start(np.arange(total), 2, np.arange(total) * (period / total))
    looked = []

    for number in range(1, 201):
        events = timers.pop(number * tick, 1_000_000)
        looked.append(events.taken)
        timers.start(events.rows, 2, events.times + period)

    assert set(looked[1:]) <= {due - 1, due, due + 1}
    assert sum(looked) == 200 * due + 1
