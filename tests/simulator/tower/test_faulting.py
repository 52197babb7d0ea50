"""A tower whose mocks have faults on purpose, in virtual time."""

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from simulator.errors import DefinitionError
from simulator.lot.faults import fault_of
from simulator.tower.faulting import HELD_BACK
from simulator.tower.spoiling import WRONG, spoilt
from simulator.transports import Identity
from tests.simulator.tower.staging import EPOCH, SENSOR, Broker, Theatre, assignment, lot, play

READINGS = """
name: Sensor
id: "s-{index}"
metrics: {t: {counter: {start: 0}}}
messages:
  telemetry:
    every: 1s
    topic: "plants/{id}"
    qos: 1
    json: {seq: "{seq}", t: "{t}", at: "{now:epoch}"}
"""


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def shown(
    *faults: dict[str, Any],
    text: str = SENSOR,
    shards: int = 1,
    each: Callable[[Theatre], None] | None = None,
    **fields: Any,
) -> Theatre:
    """A run of ten mocks for 10 s with faults, to its end; ``each`` is called each second."""
    stage: list[Theatre] = []

    async def main() -> None:
        theatre = Theatre()
        stage.append(theatre)
        whole = lot(text, faults=[fault_of(fault) for fault in faults], **fields)
        told = theatre.each_second

        async def each_second() -> None:
            await told()
            if each:
                each(theatre)

        theatre.each_second = each_second  # type: ignore[method-assign]
        bounds = [10 * place // shards for place in range(shards + 1)]
        theatre.firsts = bounds  # type: ignore[attr-defined]
        await theatre.run(
            *(
                assignment(str(shard), first=first, count=last - first, lot=whole)
                for shard, (first, last) in enumerate(pairwise(bounds))
            )
        )

    play(main)
    return stage[0]


def sends(theatre: Theatre, shards: int = 1) -> list[dict[str, Any]]:
    rows = [row for shard in range(shards) for row in theatre.records(str(shard))]
    return [row for row in rows if row["event"] == "send"]


def check_counts(theatre: Theatre) -> None:
    """Whatever the faults, nothing is lost from the books."""
    total = theatre.total("0")
    assert total.due == total.acknowledged + total.sent + total.failed
    assert len(sends(theatre)) == total.due


def test_lost_messages_fail_with_the_fault_as_their_reason() -> None:
    theatre = shown({"fault": "loss", "share": "40%", "at": 2, "for": 6})

    check_counts(theatre)
    failed = [row for row in sends(theatre) if row["result"] == "failed"]
    assert {(row["reason"], row["fault"]) for row in failed} == {("fault: loss", "loss")}
    assert 10 < len(failed) < 40
    got = {(parcel.row, parcel.sequence) for parcel in theatre.broker.got}
    assert not got & {(row["mock"], row["sequence"]) for row in failed}


def test_copies_are_due_acknowledged_and_recorded_of_their_own() -> None:
    theatre = shown({"fault": "duplicate", "copies": 2})

    check_counts(theatre)
    times = Counter((row["mock"], row["sequence"]) for row in sends(theatre))
    assert set(times.values()) == {3}
    assert theatre.total("0").acknowledged == len(theatre.broker.got)


def test_late_messages_are_no_lateness_of_the_tower() -> None:
    theatre = shown({"fault": "late", "by": "2s", "for": 5})

    check_counts(theatre)
    late = [row for row in sends(theatre) if row["fault"] == "late"]
    waits = [(row["sent"] - row["scheduled"]).total_seconds() for row in late]
    assert len(late) > 30
    assert all(2.0 <= wait < 2.05 for wait in waits)
    assert theatre.total("0").lateness.maximum < 0.05


def test_what_is_still_held_back_at_the_end_fails_with_the_reason() -> None:
    theatre = shown({"fault": "late", "by": "1h", "at": 5})

    check_counts(theatre)
    failed = {row["reason"] for row in sends(theatre) if row["result"] == "failed"}
    assert failed == {HELD_BACK}


def test_faults_begin_and_end_to_the_moment_whatever_the_stride() -> None:
    theatre = shown({"fault": "corrupt", "at": "3.333s", "for": "2.5s"})

    for row in sends(theatre):
        t = (row["scheduled"] - theatre_start(theatre)).total_seconds()
        assert (row["fault"] == "corrupt") == (3.333 < t <= 5.833)


def theatre_start(theatre: Theatre) -> Any:
    return datetime.fromtimestamp(EPOCH, UTC)


EVERYTHING = [
    {"fault": "drop", "at": 2, "aim": {"share": "30%"}},
    {"fault": "drop", "at": 3, "for": 2, "aim": {"share": "20%"}},
    {"fault": "storm", "at": 4, "within": 1, "aim": {"share": "50%"}},
    {"fault": "flapping", "period": 2, "aim": {"index": [0, 4]}, "at": 1, "for": 6},
    {"fault": "silence", "at": 6, "for": 1, "aim": {"share": "20%"}},
    {"fault": "malformed", "at": 5, "every": 1, "times": 3, "aim": {"share": "30%"}},
    {"fault": "latency", "sent": "100ms", "aim": {"share": "40%"}},
    {"fault": "slow_reader", "aim": {"share": "40%"}, "at": 3},
    {"fault": "credential", "aim": {"share": "30%"}, "at": 1, "for": 3},
    {"fault": "offline", "aim": {"share": "30%"}, "at": 5, "for": 2},
]


@cache
def deeds(shards: int, seed: int = 1) -> dict[int, list[Any]]:
    """What was done to the connection of each mock, by its number, in order."""
    theatre = shown(*EVERYTHING, duration=8.0, shards=shards, seed=seed)
    found: dict[int, list[Any]] = defaultdict(list)
    for first, exchange in zip(theatre.firsts, theatre.exchanges, strict=False):
        for _, deed, row, what in exchange.deeds:
            found[first + row].append((deed, what))
    return found


@pytest.mark.parametrize("shards", [2, 7])
def test_the_same_is_done_to_the_same_mocks_whatever_the_shards(shards: int) -> None:
    assert deeds(shards) == deeds(1)


def test_every_mock_meets_faults_and_with_another_seed_others_do() -> None:
    assert len(deeds(1)) == 10
    kinds = {deed for each in deeds(1).values() for deed, _ in each}
    assert kinds == {"impair", "break off", "redial", "scribble"}
    assert deeds(1, seed=2) != deeds(1)


def test_who_is_dropped_for_a_time_is_away_so_long() -> None:
    theatre = shown({"fault": "drop", "at": 3, "for": 4, "aim": {"index": [0, 1]}})

    (exchange,) = theatre.exchanges
    away = [(t, row) for t, deed, row, what in exchange.deeds if deed == "impair" and what]
    back = [(t, row) for t, deed, row, what in exchange.deeds if deed == "impair" and not what]
    assert [(round(t), row) for t, row in away] == [(3, 0), (3, 1)]
    assert [(round(t), row) for t, row in back] == [(7, 0), (7, 1)]
    lost = [row for row in theatre.records("0") if row["event"] == "lost"]
    assert {(row["mock"], row["reason"]) for row in lost} == {
        (0, "fault: drop"),
        (1, "fault: drop"),
    }
    reasons = {row["reason"] for row in sends(theatre) if row["result"] == "failed"}
    assert all(reason.startswith("not connected") for reason in reasons)


def test_a_wrong_credential_is_shown_until_it_is_right_again() -> None:
    shows: list[str] = []

    def look(theatre: Theatre) -> None:
        shows.append(theatre.broker.identities[3].password)

    fault = {"fault": "credential", "at": 3, "for": 3, "aim": {"index": [3, 3]}}
    theatre = shown(fault, each=look)

    assert shows[1] == ""
    assert WRONG in shows[3:6]
    assert shows[-2] == ""
    assert theatre.broker.identities[4].password == ""


def test_a_dead_battery_sends_nothing_and_goes_on_with_the_next_number() -> None:
    theatre = shown({"fault": "dead_battery", "at": 3, "for": 4, "aim": {"index": [0, 0]}})

    check_counts(theatre)
    mine = [row for row in sends(theatre) if row["mock"] == 0]
    moments = [(row["scheduled"] - theatre_start(theatre)).total_seconds() for row in mine]
    assert not [t for t in moments if 3.0 < t < 7.0]
    assert [row["sequence"] for row in mine] == list(range(1, len(mine) + 1))
    assert moments[-1] > 7.0
    assert theatre.last("0").board["link"][0] is not None


def test_a_battery_that_stays_dead_ends_the_run_in_order() -> None:
    theatre = shown({"fault": "dead_battery", "at": 3})

    check_counts(theatre)
    assert theatre.last("0").error == ""


def test_messages_made_off_line_are_kept_and_all_sent_when_the_mock_is_back() -> None:
    fault = {"fault": "offline", "at": 3, "for": 4, "aim": {"index": [0, 0]}}
    theatre = shown(fault, {**fault, "aim": {"index": [1, 1]}, "size": 2, "drop": "newest"})

    check_counts(theatre)
    all_sent = [row for row in sends(theatre) if row["mock"] == 0]
    assert {row["result"] for row in all_sent} == {"acknowledged"}
    burst = [row for row in all_sent if row["fault"] == "offline"]
    assert len(burst) >= 3
    assert max(r["sent"] for r in burst) - min(r["sent"] for r in burst) < (
        burst[-1]["scheduled"] - burst[0]["scheduled"]
    )
    dropped = {row["reason"] for row in sends(theatre) if row["mock"] == 1 and row["reason"]}
    assert dropped == {"the buffer of 2 messages is full, the newest message goes"}


def test_a_clock_and_a_sensor_go_wrong_in_the_payload_alone() -> None:
    skew = {"fault": "clock_skew", "by": "-1h", "at": 4, "for": 4, "aim": {"index": [0, 0]}}
    frozen = {"fault": "frozen", "metrics": ["t"], "at": 4, "for": 4, "aim": {"index": [1, 1]}}
    theatre = shown(skew, frozen, text=READINGS)

    for row in sends(theatre):
        document = json.loads(row["payload"])
        wrong = document["at"] - int(row["scheduled"].timestamp())
        assert (wrong == -3600) == (row["fault"] == "clock_skew"), row
    stuck = {json.loads(r["payload"])["t"] for r in sends(theatre) if r["fault"] == "frozen"}
    assert len(stuck) == 1
    assert {row["mock"] for row in sends(theatre) if row["fault"]} == {0, 1}


def test_the_snapshot_says_what_was_in_force_when_on_how_many() -> None:
    loss = {"fault": "loss", "name": "bad road", "at": 2, "for": 3, "aim": {"share": "50%"}}
    theatre = shown(loss, shards=2)

    spans = [theatre.last(str(shard)).faults[0] for shard in range(2)]
    assert [(s.title, s.fault, s.begin, s.end) for s in spans] == [("bad road", "loss", 2, 5)] * 2
    assert sum(span.mocks for span in spans) == 5


def test_faults_by_hand_begin_now_and_end_when_they_are_cleared() -> None:
    def hand(theatre: Theatre) -> None:
        second = round(theatre.loop.time())
        if second == 3:
            theatre.tower.inject("0", fault_of({"fault": "loss"}), name="mine")
        elif second == 6:
            theatre.tower.clear("0", name="mine")

    theatre = shown(each=hand)

    check_counts(theatre)
    moments = [
        (row["scheduled"] - theatre_start(theatre)).total_seconds()
        for row in sends(theatre)
        if row["fault"]
    ]
    assert 2.5 < min(moments) < 4.5
    assert 5.0 < max(moments) < 6.5
    assert theatre.last("0").faults[0].place == "hand.mine"


def test_a_fault_by_hand_of_the_same_moment_is_the_same_in_every_shard() -> None:
    def run(shards: int) -> set[tuple[int, int]]:
        def hand(theatre: Theatre) -> None:
            if round(theatre.loop.time()) == 2:
                fault = fault_of({"fault": "loss", "share": "50%"})
                for shard in range(shards):
                    theatre.tower.inject(str(shard), fault, name="mine", since=4.0)

        theatre = shown(each=hand, shards=shards)
        return {(r["mock"], r["sequence"]) for r in sends(theatre, shards) if r["fault"]}

    assert run(1) == run(2) == run(5)


def test_a_fault_for_a_shard_that_is_still_to_begin_waits_for_it() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.tower.add(assignment())
        theatre.tower.inject("a", fault_of({"fault": "loss"}), name="mine", since=0.0)
        theatre.tower.inject("other", fault_of({"fault": "loss"}), name="mine")

        await theatre.tower.run(each_second=theatre.each_second)

        assert theatre.total().failed == theatre.total().due > 0

    play(main)


def test_a_second_fault_of_the_same_name_is_refused() -> None:
    def hand(theatre: Theatre) -> None:
        if round(theatre.loop.time()) == 3:
            theatre.tower.inject("0", fault_of({"fault": "loss"}), name="mine")
            with pytest.raises(DefinitionError, match="a fault named 'mine' is there already"):
                theatre.tower.inject("0", fault_of({"fault": "loss"}), name="mine")

    shown(each=hand)


def test_clearing_all_ends_the_lots_own_faults_too() -> None:
    def hand(theatre: Theatre) -> None:
        if round(theatre.loop.time()) == 4:
            theatre.tower.clear("0")

    theatre = shown({"fault": "loss"}, {"fault": "drop", "at": 6}, each=hand)

    rows = sends(theatre)
    assert rows[-1]["result"] == "acknowledged"
    assert not [deed for deed in theatre.exchanges[0].deeds if deed[1] == "break off"]


@pytest.mark.parametrize(
    ("identity", "how", "wrong"),
    [
        (Identity(username="u", password="p"), "wrong", {"username": "u", "password": WRONG}),
        (Identity(token="t"), "wrong", {"token": WRONG, "password": ""}),
        (Identity(), "wrong", {"username": WRONG, "password": WRONG}),
        (Identity(certificate="c", key="k"), "wrong", {"certificate": "", "key": ""}),
        (Identity(username="u", password="p"), "none", {"username": "", "password": ""}),
        (Identity(username="u", password="p"), "expired", {"username": "u", "password": WRONG}),
        (Identity(token=lambda: "new"), "expired", {"token": "old"}),
    ],
)
def test_a_credential_is_wrong_expired_or_none(identity: Identity, how: str, wrong: Any) -> None:
    other = spoilt(identity, how, lambda: Identity(token=lambda: "old"))

    assert {name: getattr(other, name) for name in wrong} == wrong


def test_a_broker_that_refuses_all_costs_no_count() -> None:
    async def main() -> None:
        theatre = Theatre(Broker(refuses=frozenset(range(5))))
        faults = [fault_of(each) for each in EVERYTHING]

        await theatre.run(assignment(lot=lot(faults=faults)))

        total = theatre.total()
        assert total.due == total.acknowledged + total.sent + total.failed > 0

    play(main)
