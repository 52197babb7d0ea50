"""Bytes that a shard's connections carry, and the pace at which these begin."""

import asyncio

import numpy as np
import pytest

from simulator.transports import Identity
from simulator.transports.traffic import Metered, Traffic
from simulator.transports.valve import BUCKET, Valve
from tests.simulator.transports.virtual import Stage, run


class Pipe:
    """A transport that keeps what it is given."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.got.append(data)

    sendto = write

    def close(self) -> None:
        self.is_closed = True


def test_what_is_written_is_counted_and_passed_on() -> None:
    pipe, traffic = Pipe(), Traffic()
    metered = Metered(pipe, traffic)

    metered.write(b"12345")
    metered.sendto(b"678")
    metered.close()

    assert (pipe.got, pipe.is_closed) == ([b"12345", b"678"], True)
    assert traffic.take() == (8, 0)
    assert traffic.take() == (0, 0)


@pytest.mark.parametrize("rate", [5.0, 300.0])
def test_a_valve_lets_no_more_through_than_its_rate(rate: float) -> None:
    valve, now, passed = Valve(rate), 0.0, []

    while now < 3:
        if wait := valve.wait(now):
            now += wait + 0.004  # the loop is late each time
        else:
            passed.append(now)

    times = np.array(passed)
    for begin in np.arange(0.5, 2, 0.05):
        within = np.count_nonzero((times >= begin) & (times < begin + 1))
        assert 0.8 * rate - 1 <= within <= rate * (1 + BUCKET) + 1


@pytest.mark.parametrize("rate", [4.0, 50.0])
def test_an_exchange_begins_no_more_connections_than_it_may(rate: float) -> None:
    async def main() -> None:
        stage = Stage()
        stage.exchange.limit_connects(rate)
        for row in range(40):
            stage.exchange.connect(row, Identity(client_id=f"c{row}"))

        await asyncio.sleep(20)

        attempts = stage.road.attempts
        assert len(attempts) == 40
        assert attempts[-1] == pytest.approx(39 / rate - BUCKET, abs=0.3)
        await stage.exchange.close()

    run(main)


def test_tries_again_are_held_to_the_same_rate() -> None:
    async def main() -> None:
        stage = Stage()
        stage.road.failure = "connection refused"
        stage.exchange.limit_connects(5)
        for row in range(100):
            stage.exchange.connect(row, Identity(client_id=f"c{row}"))

        await asyncio.sleep(60)

        assert len(stage.road.attempts) == pytest.approx(5 * 60, abs=5)
        await stage.exchange.close()

    run(main)
