"""Which sends have arrived, by topic and payload; told the time."""

from math import nan

import pytest

from simulator.recording import Second
from simulator.tower import following as module
from simulator.tower.following import Arrivals, Following
from simulator.transports import Parcel


def parcel(
    sequence: int = 1, *, row: int = 0, topic: str = "plants/a", sent: float = 1.0
) -> Parcel:
    payload = f"{row} {sequence}".encode()
    return Parcel(row, topic, payload, sequence=sequence, sent=sent)


def following(topic_filter: str = "plants/#", *, within: float = 10.0) -> Following:
    made = Following(topic_filter, within=within)
    made.begin()
    return made


def test_an_arrival_takes_as_long_as_from_its_sending() -> None:
    follow, arrivals, second = following(), Arrivals(), Second(at=0)
    one = parcel(sent=nan)
    follow.sending(one, arrivals, 0.5)
    one.sent = 1.0

    follow.arrived(one.address, one.payload, 1.25)
    arrivals.put_into(second)

    assert (second.arrived, second.missing, second.duplicates) == (1, 0, 0)
    assert second.end_to_end.total == 1
    assert second.end_to_end.maximum == 0.25
    assert arrivals.awaited == 0


def test_what_was_written_and_does_not_come_is_missing() -> None:
    follow, arrivals = following(), Arrivals()
    follow.sending(parcel(1), arrivals, 0.0)
    follow.sending(parcel(2, sent=nan), arrivals, 0.0)

    follow.expire(9.9)
    assert arrivals.missing == 0

    follow.expire(10.0)
    assert (arrivals.missing, arrivals.awaited, len(follow)) == (1, 0, 0)


def test_a_second_arrival_is_a_duplicate() -> None:
    follow, arrivals = following(), Arrivals()
    one = parcel()
    follow.sending(one, arrivals, 0.0)

    for _ in range(3):
        follow.arrived(one.address, one.payload, 2.0)

    assert (arrivals.arrived, arrivals.duplicates) == (1, 2)


def test_equal_messages_arrive_one_after_the_other() -> None:
    follow, arrivals = following(), Arrivals()
    for sent in (1.0, 2.0):
        same = Parcel(0, "plants/a", b"on", sequence=int(sent), sent=sent)
        follow.sending(same, arrivals, 0.0)

    follow.arrived("plants/a", b"on", 3.0)
    follow.arrived("plants/a", b"on", 3.0)
    follow.arrived("plants/a", b"on", 3.0)

    assert (arrivals.arrived, arrivals.duplicates) == (2, 1)
    assert arrivals.delays == [2.0, 1.0]


def test_an_earlier_message_after_a_later_one_is_out_of_order() -> None:
    follow, arrivals = following(), Arrivals()
    sends = [parcel(number) for number in (1, 2, 3)] + [parcel(1, row=1, topic="plants/b")]
    for each in sends:
        follow.sending(each, arrivals, 0.0)

    for each in (sends[0], sends[2], sends[1], sends[3]):
        follow.arrived(each.address, each.payload, 2.0)

    assert (arrivals.arrived, arrivals.disordered) == (4, 1)


def test_what_nobody_here_sent_is_not_counted() -> None:
    follow, arrivals = following(), Arrivals()

    follow.arrived("plants/z", b"of another tower", 1.0)
    follow.sending(parcel(topic="elsewhere/a"), arrivals, 0.0)

    assert arrivals == Arrivals()


def test_without_a_listener_nothing_is_missing_but_not_followed() -> None:
    follow, arrivals = following(), Arrivals()
    follow.sending(parcel(1), arrivals, 0.0)

    follow.end()
    follow.sending(parcel(2), arrivals, 1.0)
    follow.begin()
    follow.sending(parcel(3), arrivals, 2.0)
    follow.expire(100.0)

    assert (arrivals.unfollowed, arrivals.missing, arrivals.awaited) == (2, 1, 0)


def test_memory_is_bounded_and_what_arrived_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FOLLOWED", 3)
    follow, arrivals = following(), Arrivals()
    for number in range(1, 6):
        follow.sending(parcel(number), arrivals, 0.0)
    assert (len(follow), arrivals.unfollowed) == (3, 2)

    follow.arrived("plants/a", b"0 1", 1.0)
    follow.sending(parcel(9), arrivals, 1.0)

    assert (len(follow), arrivals.unfollowed, arrivals.arrived) == (3, 2, 1)


def test_a_shard_that_ends_gives_up_its_own_alone() -> None:
    follow, ending, other = following(), Arrivals(), Arrivals()
    follow.sending(parcel(1), ending, 0.0)
    follow.sending(parcel(2), other, 0.0)

    follow.give_up(ending)
    follow.expire(99.0)

    assert (ending.missing, other.missing) == (1, 1)
    assert ending.awaited == other.awaited == 0
