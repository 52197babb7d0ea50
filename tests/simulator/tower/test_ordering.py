"""A tower whose run is given orders, in virtual time."""

import logging
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from simulator.errors import DefinitionError
from simulator.lot.orders import order_of
from simulator.recording import Link
from simulator.tower import Resume, Tower
from simulator.tower.ordering import ENDED_PAUSED
from simulator.tower.pending import MAX_ORDERS
from simulator.transports import Parcel
from tests.simulator.tower.relay import Relay, sent
from tests.simulator.tower.staging import SENSOR, Broker, Theatre, assignment, lot, play

STATES = """
name: Sensor
id: "s-{index}"
messages:
  telemetry: {every: 1s, topic: "plants/{id}", qos: 1, json: {seq: "{seq}", s: "{status}"}}
  hello: {every: 1h, topic: "hello/{id}", qos: 1, json: {seq: "{seq}"}}
statuses:
  idle: {send: [telemetry], go: [{to: alarm, "on": {topic: "cmd/{id}"}}]}
  alarm: {send: {telemetry: 500ms}}
"""
Ask = Callable[[Tower, str], None]


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def shown(
    *orders: dict[str, Any],
    text: str = SENSOR,
    shards: int = 1,
    asked: dict[float, dict[str, Any]] | None = None,
    **fields: Any,
) -> Theatre:
    """A run of ten mocks for 10 s with a lot's orders, and more that are asked for at a time."""
    stage: list[Theatre] = []

    async def main() -> None:
        theatre = Theatre()
        stage.append(theatre)
        for at, order in (asked or {}).items():
            theatre.loop.call_at(at, ask, theatre, order, shards)
        whole = lot(text, orders=[order_of(order) for order in orders], **fields)
        bounds = [10 * place // shards for place in range(shards + 1)]
        await theatre.run(
            *(
                assignment(str(shard), first=first, count=last - first, lot=whole)
                for shard, (first, last) in enumerate(pairwise(bounds))
            )
        )

    play(main)
    return stage[0]


def ask(theatre: Theatre, order: dict[str, Any], shards: int) -> None:
    for shard in range(shards):
        theatre.tower.order(str(shard), order_of(order), name=str(order))


def times(theatre: Theatre) -> list[float]:
    return sorted(round(parcel.sent, 2) for parcel in theatre.broker.got)


def between(theatre: Theatre, begin: float, end: float) -> list[Parcel]:
    return [parcel for parcel in theatre.broker.got if begin < parcel.sent <= end]


def check_counts(theatre: Theatre, shard: str = "0") -> None:
    """Whatever is ordered, nothing is lost from the books."""
    total = theatre.total(shard)
    assert total.due == total.acknowledged + total.sent + total.failed
    rows = [row for row in theatre.records(shard) if row["event"] == "send"]
    assert len(rows) == total.due


def links(theatre: Theatre, at: float) -> set[int]:
    """The connections that the tower told of last at a time."""
    boards = [snapshot.board for t, snapshot in theatre.told if t <= at]
    return set(boards[-1]["link"].tolist())


PAUSE = {"order": "pause", "at": 3}
RESUME = {"order": "resume", "at": 7}


def test_nothing_is_sent_in_a_pause_and_nothing_piles_up() -> None:
    theatre = shown(PAUSE, RESUME)

    check_counts(theatre)
    assert not between(theatre, 3.06, 7.0)
    assert len(between(theatre, 7.0, 8.05)) <= 12
    assert links(theatre, 6.0) == {Link.CONNECTED}
    assert theatre.total("0").lateness.maximum < 0.05
    sequences = sorted(p.sequence for p in theatre.broker.got if p.row == 0)
    assert sequences == list(range(1, len(sequences) + 1))


def test_connections_go_for_a_pause_that_says_so() -> None:
    theatre = shown({**PAUSE, "connected": False}, RESUME)

    check_counts(theatre)
    assert links(theatre, 6.0) == {Link.OFF}
    assert links(theatre, 9.0) == {Link.CONNECTED}
    assert not between(theatre, 3.06, 7.0)
    assert between(theatre, 7.0, 9.0)


def test_a_run_that_ends_in_a_pause_ends_in_time() -> None:
    theatre = shown(PAUSE)

    check_counts(theatre)
    assert theatre.last("0").state == "ended"
    assert theatre.loop.time() < 13.0


def test_what_a_fault_held_back_waits_for_the_end_of_the_pause() -> None:
    faults = [{"fault": "late", "by": "2s"}]

    theatre = shown(PAUSE, RESUME, faults=faults)

    check_counts(theatre)
    assert not between(theatre, 3.06, 6.99)
    assert theatre.total("0").lateness.maximum < 0.05


def test_what_a_fault_held_back_fails_when_the_run_ends_in_the_pause() -> None:
    theatre = shown(PAUSE, faults=[{"fault": "late", "by": "2s"}])

    check_counts(theatre)
    reasons = {row["reason"] for row in theatre.records("0") if row["result"] == "failed"}
    assert ENDED_PAUSED in reasons


def test_a_capped_run_is_paused_with_all_that_waits_for_its_turn() -> None:
    theatre = shown(PAUSE, RESUME, pace={"send_rate": 8})

    check_counts(theatre)
    assert not between(theatre, 3.06, 7.0)


def test_a_rate_is_in_force_from_its_moment() -> None:
    theatre = shown({"order": "rate", "factor": 5, "at": 5})

    check_counts(theatre)
    assert len(between(theatre, 6.0, 9.0)) == pytest.approx(150, abs=15)
    assert len(between(theatre, 1.5, 4.5)) == pytest.approx(30, abs=5)


def test_fewer_mocks_are_on_and_more_again() -> None:
    theatre = shown(
        {"order": "count", "mocks": 3, "at": 3}, {"order": "count", "mocks": 10, "at": 6}
    )

    check_counts(theatre)
    assert {parcel.row for parcel in between(theatre, 3.1, 6.0)} == {0, 1, 2}
    assert {parcel.row for parcel in between(theatre, 6.1, 8.5)} == set(range(10))
    assert links(theatre, 5.0) == {Link.CONNECTED, Link.OFF}
    assert links(theatre, 8.0) == {Link.CONNECTED}


def test_a_share_goes_into_a_status_and_the_log_says_why() -> None:
    order = {"order": "status", "status": "alarm", "aim": {"share": "30%"}, "at": 4}

    theatre = shown(order, text=STATES)

    moved = [row for row in theatre.records("0") if row["event"] == "status"]
    assert {(row["status"], row["reason"]) for row in moved} == {("alarm", "ordered")}
    assert len(moved) == 3
    assert theatre.last("0").faults[0].mocks == 3


def test_a_status_that_only_an_order_leads_to_is_entered_and_left() -> None:
    way = ', go: [{to: alarm, "on": {topic: "cmd/{id}"}}]'
    text = STATES.replace(way, "").replace("alarm: {", "alarm: {ordered: true, ")
    there = {"order": "status", "status": "alarm", "aim": {"index": [2, 2]}, "at": 3}
    back = {"order": "status", "status": "idle", "at": 6}

    theatre = shown(there, back, text=text)

    moved = [row for row in theatre.records("0") if row["event"] == "status"]
    assert [(row["mock"], row["status"]) for row in moved] == [(2, "alarm"), (2, "idle")]


def test_a_message_is_sent_from_those_who_are_asked() -> None:
    order = {"order": "send", "message": "hello", "aim": {"index": [2, 3]}, "at": 4}

    theatre = shown(order, text=STATES)

    check_counts(theatre)
    hello = [parcel for parcel in theatre.broker.got if parcel.address.startswith("hello")]
    assert [(parcel.row, parcel.scheduled) for parcel in hello] == [(2, 4.0), (3, 4.0)]


def test_a_run_stops_in_order_at_its_moment() -> None:
    theatre = shown({"order": "stop", "at": 4})

    check_counts(theatre)
    assert times(theatre)[-1] <= 4.05
    assert theatre.total("0").failed == 0
    assert theatre.last("0").state == "ended"


def test_an_aborted_run_waits_for_no_acknowledgement() -> None:
    ended = []
    for order in ("stop", "abort"):
        stage: list[Theatre] = []

        async def main(stage: list[Theatre] = stage, order: str = order) -> None:
            theatre = Theatre(Broker(latency=None))
            stage.append(theatre)
            theatre.loop.call_at(4.0, ask, theatre, {"order": order}, 1)
            await theatre.run(assignment("0"))

        play(main)
        check_counts(stage[0])
        ended.append(stage[0].loop.time())

    assert ended[0] >= 7.0
    assert ended[1] < 5.5


@pytest.mark.parametrize("shards", [2, 5])
def test_orders_are_the_same_whatever_the_sharding(shards: int) -> None:
    orders = (
        {"order": "rate", "factor": 3, "at": 2},
        {"order": "status", "status": "alarm", "aim": {"share": "40%"}, "at": 3},
        {"order": "pause", "at": 4},
        {"order": "count", "mocks": 7, "at": 5},
        {"order": "resume", "at": 6},
        {"order": "send", "message": "hello", "aim": {"share": "50%"}, "at": 7},
    )

    def told(shards: int) -> list[Any]:
        theatre = shown(*orders, text=STATES, shards=shards, pace={"start_within": 1})
        return sorted((p.address, p.sequence, p.payload) for p in theatre.broker.got)

    assert told(shards) == told(1)


def test_orders_by_hand_are_obeyed_now_or_at_their_moment_once() -> None:
    pause, resume = {"order": "pause"}, {"order": "resume", "at": 1}
    send = {"order": "send", "message": "telemetry", "aim": {"index": [0, 0]}}
    asked = {2.0: send, 2.5: send, 4.0: pause, 6.0: resume}

    theatre = shown(asked=asked)

    check_counts(theatre)
    spans = [(span.title, round(span.begin), round(span.end)) for span in theatre.last("0").faults]
    assert spans == [("send telemetry", 2, 2), ("pause", 4, 7), ("resume", 7, 7)]
    assert not between(theatre, 4.06, 7.0)


def test_orders_wait_for_their_shard_to_begin_and_others_are_left_alone() -> None:
    theatre = shown(asked={0.0: PAUSE})

    assert not between(theatre, 3.06, 10.0)


def test_too_many_orders_that_wait_are_refused() -> None:
    async def main() -> None:
        tower = Theatre().tower
        tower.add(assignment("0"))
        for number in range(MAX_ORDERS):
            tower.order("0", order_of(PAUSE), name=str(number))

        with pytest.raises(DefinitionError, match="1,000 orders wait"):
            tower.order("0", order_of(PAUSE), name="more")

    play(main)


@pytest.mark.parametrize("until", [2.0, 5.0, 9.0])
def test_a_shard_that_is_handed_over_obeys_what_was_ordered(until: float) -> None:
    orders = [
        {"order": "rate", "factor": 2, "at": 1},
        {"order": "pause", "at": 4},
        {"order": "resume", "at": 8},
    ]
    given = {"orders": [order_of(order) for order in orders]}
    whole, parts = Relay(**given), Relay(**given)

    async def main() -> None:
        await whole.theatre().run(whole.given)

    play(main)

    async def moved() -> None:
        last = await parts.first(until)
        await parts.then(Resume(checkpoint=last.checkpoint, at=last.t))

    play(moved)
    assert sent(parts.broker) == sent(whole.broker)


def test_a_lost_shard_stays_paused_where_it_goes_on() -> None:
    relay = Relay(orders=[order_of({"order": "pause", "at": 3, "connected": False})])

    async def main() -> None:
        last = await relay.first(5.0)
        await relay.then(Resume(checkpoint=last.checkpoint, reason="it was lost", at=last.t))

    play(main)
    assert max(parcel.scheduled for parcel in relay.broker.got) <= 3.0
    assert [span.title for span in relay.theatres[-1].last().faults] == ["pause"]
