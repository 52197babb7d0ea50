"""Every kind of fault shows its effect at the peer: the broker, a subscriber, the road between."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from simulator.lot.faults import KINDS
from tests.integration.faults.evidence import FLOOD, MOST, Evidence, gather, mock

pytestmark = [pytest.mark.parts("mosquitto"), pytest.mark.xdist_group("faults")]

LAG = 1.5  # s that the proxy may see something later than it was done
GOODBYE = b"\xe0\x00"  # a DISCONNECT of MQTT 3.1.1

EFFECTS: dict[str, Callable[[Evidence], None]] = {}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    folder: Path = tmp_path_factory.mktemp("faults")
    folder.chmod(0o755)
    return gather(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fault_shows_its_effect_at_the_peer(kind: str, seen: Evidence) -> None:
    EFFECTS[kind](seen)


def test_whatever_went_wrong_the_books_are_right(seen: Evidence) -> None:
    total = seen.show.total

    assert total.due == total.acknowledged + total.sent + total.failed
    assert len([row for row in seen.records if row["event"] == "send"]) == total.due
    assert seen.show.last().error == ""


def shows(effect: Callable[[Evidence], None]) -> Callable[[Evidence], None]:
    EFFECTS[effect.__name__] = effect
    return effect


def broken_talks(seen: Evidence, kind: str) -> int:
    """How often a mock's connection ended without a DISCONNECT."""
    talks = seen.talks(kind)
    return sum(talk.ended is not None and GOODBYE not in talk.said for talk in talks)


def sequences(seen: Evidence, kind: str) -> list[int]:
    return [each.said["seq"] for each in seen.of(kind)]


@shows
def drop(seen: Evidence) -> None:
    first, second = seen.talks("drop")
    begin, end = seen.during("drop")
    assert first.ended is not None
    assert begin - 1 <= first.ended
    assert GOODBYE not in first.said
    assert second.opened >= end  # it was to stay away so long
    assert [each.payload for each in seen.wills("drop")] == [b"gone"]


@shows
def silence(seen: Evidence) -> None:
    begin, end = seen.during("silence")
    talk, *others = seen.talks("silence")
    assert talk.up_between(begin + LAG, end) == b""
    assert talk.ended is None  # not by the mock
    assert talk.thrown_out is not None
    assert talk.thrown_out < end
    assert all(other.opened >= end for other in others)
    assert any("exceeded timeout" in line for line in seen.logged("silence"))
    (will,) = seen.wills("silence")
    assert will.t < end


@shows
def storm(seen: Evidence) -> None:
    assert len(seen.talks("storm")) >= 2
    assert broken_talks(seen, "storm") == 1
    assert len(seen.wills("storm")) == 1
    last = seen.talks("storm")[-1]
    assert last.opened >= seen.during("storm")[0] - 1


@shows
def flapping(seen: Evidence) -> None:
    assert broken_talks(seen, "flapping") >= 2
    assert len(seen.wills("flapping")) == broken_talks(seen, "flapping")
    for before, after in pairwise(seen.talks("flapping")):
        assert before.ended is not None
        assert after.opened - before.ended >= 2.0 - LAG  # half of its period is down


@shows
def slow_reader(seen: Evidence) -> None:
    count, size = FLOOD
    (talk,) = seen.talks("slow_reader")
    assert talk.most_waiting > count * size / 4  # what the mock did not take lies at its peer
    assert talk.waiting == 0  # and in the end it took all
    assert sum(len(data) for _, data in talk.down) > count * size


@shows
def latency(seen: Evidence) -> None:
    _, end = seen.during("latency")
    sends = {row["sequence"]: row for row in seen.sends("latency")}
    slow = [each for each in seen.of("latency") if sends[each.said["seq"]]["fault"] == "latency"]
    early = [each for each in slow if sends[each.said["seq"]]["sent"].timestamp() < end - 2]
    assert len(early) >= 5
    for each in early:
        row = sends[each.said["seq"]]
        assert each.t - row["sent"].timestamp() >= 0.55  # 700 ms ± 100 ms on its way there
        assert (row["settled"] - row["sent"]).total_seconds() >= 1.4  # 900 ms more on the way back
    assert sequences(seen, "latency") == sorted(sequences(seen, "latency"))


@shows
def loss(seen: Evidence) -> None:
    lost = {row["sequence"] for row in seen.sends("loss") if row["reason"] == "fault: loss"}
    assert len(lost) >= 3
    arrived = set(sequences(seen, "loss"))
    assert arrived == {row["sequence"] for row in seen.sends("loss")} - lost


@shows
def duplicate(seen: Evidence) -> None:
    times = Counter(sequences(seen, "duplicate"))
    doubled = {row["sequence"] for row in seen.sends("duplicate") if row["fault"] == "duplicate"}
    assert len(doubled) >= 5
    assert {number for number, count in times.items() if count == 2} == doubled
    assert set(times.values()) == {1, 2}


@shows
def reorder(seen: Evidence) -> None:
    order = sequences(seen, "reorder")
    assert order != sorted(order)
    assert sorted(order) == list(range(1, len(order) + 1))
    assert max(abs(place + 1 - number) for place, number in enumerate(order)) < 4


@shows
def late(seen: Evidence) -> None:
    kept = [row["sequence"] for row in seen.sends("late") if row["fault"] == "late"]
    arrived = {each.said["seq"]: each for each in seen.of("late")}
    assert len(kept) >= 5
    rows = {row["sequence"]: row for row in seen.sends("late")}
    assert all(arrived[number].t - rows[number]["scheduled"].timestamp() >= 1.4 for number in kept)
    assert sequences(seen, "late") != sorted(sequences(seen, "late"))


@shows
def replay(seen: Evidence) -> None:
    order = sequences(seen, "replay")
    again = [number for number, count in Counter(order).items() if count > 1]
    assert len(again) >= 3
    assert any(after < before for before, after in pairwise(order))


@shows
def truncate(seen: Evidence) -> None:
    cut = [each.payload for each in seen.of("truncate") if not each.payload.endswith(b"}")]
    assert len(cut) >= 5
    start = f'{{"id":"{mock("truncate")}","seq":'.encode()
    assert all(payload.startswith(start) or start.startswith(payload) for payload in cut)


@shows
def corrupt(seen: Evidence) -> None:
    plain = {each.payload for each in seen.of("corrupt") if is_sound(each.payload, "corrupt")}
    spoilt = [each.payload for each in seen.of("corrupt") if each.payload not in plain]
    assert len(spoilt) >= 5
    lengths = {len(payload) for payload in plain}
    assert {len(payload) for payload in spoilt} <= {n + d for n in lengths for d in (-1, 0, 1)}


def is_sound(payload: bytes, kind: str) -> bool:
    """Whether a payload says what its mock says: t is one less than the sequence number."""
    try:
        said = json.loads(payload)
    except ValueError:
        return False
    numbers = said.get("seq"), said.get("t"), said.get("at")
    if said.get("id") != mock(kind) or not all(type(each) is int for each in numbers):
        return False
    return numbers[0] == numbers[1] + 1 and abs(numbers[2] - 1_800_000_000) < 1_000_000_000


@shows
def wrong_schema(seen: Evidence) -> None:
    without = [each for each in seen.of("wrong_schema") if "t" not in each.said]
    assert len(without) >= 5
    assert all({*each.said} == {"id", "seq", "at"} for each in without)


@shows
def oversize(seen: Evidence) -> None:
    assert any(len(data) > MOST // 4 for talk in seen.talks("oversize") for _, data in talk.up)
    assert any("oversize" in line.lower() for line in seen.logged("oversize"))
    assert all(len(each.payload) < MOST for each in seen.of("oversize"))
    assert len(seen.talks("oversize")) >= 2  # it was thrown out, and came back


@shows
def wrong_topic(seen: Evidence) -> None:
    astray = [each for each in seen.heard if each.topic == f"wrong/out/{mock('wrong_topic')}"]
    assert len(astray) >= 5
    assert set(sequences(seen, "wrong_topic")).isdisjoint(each.said["seq"] for each in astray)


@shows
def malformed(seen: Evidence) -> None:
    assert any("malformed packet" in line for line in seen.logged("malformed"))
    assert len(seen.wills("malformed")) == 1
    assert len(seen.talks("malformed")) == 2


@shows
def credential(seen: Evidence) -> None:
    begin, end = seen.during("credential")
    refused = [talk for talk in seen.talks("credential") if begin <= talk.opened < end]
    assert refused
    assert any(b"\x20\x02\x00\x05" in talk.down[0][1] for talk in refused if talk.down)
    assert not any(talk.up_between(begin, end).count(b"\x32") for talk in refused[:1])
    assert seen.of("credential")[-1].t > end  # with the right one it is let in again
    lost = [r for r in seen.records if r["id"] == mock("credential") and r["event"] == "lost"]
    assert "broker refused: not authorised" in {row["reason"] for row in lost}


@shows
def clock_skew(seen: Evidence) -> None:
    wrong = [each for each in seen.of("clock_skew") if each.t - each.said["at"] > 3_500]
    assert len(wrong) >= 5
    order = sequences(seen, "clock_skew")
    assert order == list(range(1, len(order) + 1))


@shows
def dead_battery(seen: Evidence) -> None:
    begin, end = seen.during("dead_battery")
    first, second = seen.talks("dead_battery")
    assert GOODBYE not in first.said
    assert second.opened >= end
    assert [each.payload for each in seen.wills("dead_battery")] == [b"gone"]
    numbers = sorted(row["sequence"] for row in seen.sends("dead_battery"))
    assert numbers == list(range(1, len(numbers) + 1))  # it had no power to count on with
    moments = [row["scheduled"].timestamp() for row in seen.sends("dead_battery")]
    assert not [t for t in moments if begin < t < end]


@shows
def frozen(seen: Evidence) -> None:
    stuck = [
        number
        for number, count in Counter(e.said["t"] for e in seen.of("frozen")).items()
        if count > 1
    ]
    assert len(stuck) == 1
    assert Counter(each.said["t"] for each in seen.of("frozen"))[stuck[0]] >= 5


@shows
def offline(seen: Evidence) -> None:
    begin, end = seen.during("offline")
    first, second = seen.talks("offline")
    assert first.ended is not None
    assert second.opened >= end
    made = {row["sequence"]: row["scheduled"].timestamp() for row in seen.sends("offline")}
    kept = {number for number, t in made.items() if begin < t < end}
    assert kept <= set(sequences(seen, "offline"))  # nothing of it is lost
    burst = [each for each in seen.of("offline") if begin < made[each.said["seq"]] < end]
    assert len(burst) >= 10
    assert all(each.t >= end for each in burst)
    assert max(e.t for e in burst) - min(e.t for e in burst) < max(
        made[e.said["seq"]] for e in burst
    ) - min(made[e.said["seq"]] for e in burst)
