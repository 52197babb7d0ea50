"""A tower whose run grows beyond its lot, in virtual time."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from simulator.datasets import read_dataset
from simulator.lot import Lot, Part
from simulator.lot.orders import order_of
from simulator.recording import Link
from simulator.tower import Assignment
from tests.simulator.tower.staging import EPOCH, Broker, Theatre, lot, play

SENSOR = """
name: Sensor
id: "s-{index}"
variables: {serial: {dataset: serials.csv, column: serial}}
messages:
  telemetry: {every: 1s, topic: "s/{serial}", qos: 1, json: {n: "{index}", seq: "{seq}"}}
  hello: {every: 1h, topic: "hello/{id}", qos: 1, json: {seq: "{seq}"}}
statuses: {idle: {send: [telemetry]}}
"""
GATEWAY = """
name: Gateway
id: "g-{index}"
metrics: {beside: {formula: "mock(index - 1).level"}, level: {constant: 3, sampled: 1s}}
messages: {telemetry: {every: 1s, topic: "g/{id}", qos: 1, json: {b: "{beside}", s: "{seq}"}}}
"""
SERIALS = "\n".join(["serial", *(f"n{row:03d}" for row in range(40))])
GROWN = {"order": "count", "mocks": 20, "at": 3}


def mixed(*orders: dict[str, Any], **fields: Any) -> Lot:
    """Six sensors and four gateways, and what is ordered of them."""
    parts = [
        Part(name="sensors", document=yaml.safe_load(SENSOR), first=0, count=6),
        Part(name="gateways", document=yaml.safe_load(GATEWAY), first=6, count=4),
    ]
    given = [order_of(order) for order in orders]
    return lot(orders=given, **fields).model_copy(update={"parts": parts})


def cut(whole: Lot, most: int) -> Iterator[Assignment]:
    """Slices of at most ``most`` mocks: those of the lot, and those that it grows by."""
    datasets = {"serials.csv": read_dataset("serials.csv", SERIALS.encode())}
    own = [(part, each.first, each.count, None) for part, each in enumerate(whole.parts)]
    more = [(each.part, each.first, each.count, each) for each in whole.additions]
    for part, first, count, addition in own + more:
        for start in range(0, count, most):
            yield Assignment(
                shard=str(first + start),
                lot=whole,
                part=part,
                first=first + start,
                count=min(most, count - start),
                epoch=EPOCH,
                datasets=datasets,
                addition=addition,
            )


def shown(whole: Lot, *, most: int = 100) -> Theatre:
    """The whole of a run."""
    stage: list[Theatre] = []

    async def main() -> None:
        stage.append(Theatre(Broker()))
        await stage[0].run(*cut(whole, most))

    play(main)
    return stage[0]


def sent(theatre: Theatre, begin: float = 0.0, end: float = 100.0) -> set[str]:
    return {each.address for each in theatre.broker.got if begin < each.sent <= end}


def test_new_mocks_begin_when_the_run_grows_and_follow_the_lots_parts() -> None:
    theatre = shown(mixed(GROWN, pace={"start_within": 1}))

    before, after = sent(theatre, 0.0, 3.0), sent(theatre, 3.0, 6.0)
    assert before == {*(f"s/n{row:03d}" for row in range(6)), *(f"g/g-{n}" for n in range(6, 10))}
    new = {*(f"s/n{row:03d}" for row in range(6, 12)), *(f"g/g-{n}" for n in range(16, 20))}
    assert after == before | new


def test_growth_is_the_same_whatever_the_sharding() -> None:
    orders = (
        GROWN,
        {"order": "send", "message": "hello", "aim": {"share": "50%"}, "at": 5},
        {"order": "count", "mocks": 12, "at": 6},
        {"order": "count", "mocks": 25, "at": 7},
    )

    def told(most: int) -> list[Any]:
        theatre = shown(mixed(*orders, pace={"start_within": 1}), most=most)
        return sorted((p.address, p.sequence, p.payload) for p in theatre.broker.got)

    assert told(100) == told(3) == told(1)


def test_a_share_is_one_of_all_mocks_that_the_run_has_by_then() -> None:
    send = {"order": "send", "message": "hello", "aim": {"index": [0, 15]}}

    theatre = shown(mixed({**send, "at": 2}, GROWN, {**send, "at": 5}, {"order": "stop", "at": 8}))

    met = {shard: [s.mocks for s in theatre.last(shard).faults] for shard in ("0", "6", "10", "16")}
    assert met == {
        "0": [6, 6, 6, 6],
        "6": [0, 4, 0, 4],
        "10": [0, 6, 6, 6],
        "16": [0, 4, 0, 4],
    }


def test_who_was_added_goes_off_and_on_again_like_others() -> None:
    down, up = {"order": "count", "mocks": 8, "at": 5}, {"order": "count", "mocks": 20, "at": 7}

    theatre = shown(mixed(GROWN, down, up, pace={"start_within": 1}))

    def links(at: float) -> set[int]:
        boards = [s.board for t, s in theatre.told if t <= at and s.shard == "10"]
        return set(boards[-1]["link"].tolist())

    assert [links(at) for at in (2.5, 4.5, 6.5, 8.5)] == [
        {Link.OFF},
        {Link.CONNECTED},
        {Link.OFF},
        {Link.CONNECTED},
    ]
    numbers = sorted(p.sequence for p in theatre.broker.got if p.address == "s/n007")
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_run_that_is_paused_grows_once_it_resumes() -> None:
    pause, resume = {"order": "pause", "at": 2}, {"order": "resume", "at": 6}

    theatre = shown(mixed(pause, GROWN, resume, pace={"start_within": 1}))

    assert not sent(theatre, 2.06, 6.0)
    assert "s/n010" in sent(theatre, 6.0, 8.0)


@pytest.mark.parametrize("ramp", [{"over": 2}, {"steps": [{"after": 1, "mocks": "100%"}]}])
def test_a_ramp_is_that_of_the_lots_own_mocks(ramp: dict[str, Any]) -> None:
    theatre = shown(mixed(GROWN, pace={"ramp": ramp, "start_within": 0.1}))

    assert sent(theatre, 0.0, 3.0) == sent(shown(mixed(pace={"ramp": ramp})), 0.0, 10.0)
    assert "s/n011" in sent(theatre, 3.0, 4.0)
