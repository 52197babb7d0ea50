"""What is written when, and what happens while the store is out."""

import logging
import math
from itertools import pairwise

import pytest

from simulator.errors import StaleLease
from simulator.recording import spool as limits
from simulator.recording.spool import Spool
from simulator.recording.storing import OneByOne
from tests.simulator.recording.making import ROSTER, Store, block, sent


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def test_a_block_is_stored_so_that_its_records_are_there_after_five_seconds() -> None:
    """A block waits for its second to end, then for others; a write takes half a second."""
    due = 10.0 + limits.FLUSH_AFTER
    assert due + 1.0 + 0.5 - 10.0 <= 5.0
    store = Store()
    spool = Spool(OneByOne(store.write))
    log = spool.open("s1", ROSTER)
    spool.put(log, block(), now=10.0)

    assert spool.step(due - 0.1) == due
    assert store.chunks == []
    assert spool.step(due) == math.inf
    assert [chunk.rows for chunk in store.chunks] == [1]
    assert log.is_settled


def test_a_full_log_is_stored_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FLUSH_ROWS", 4)
    store = Store()
    spool = Spool(OneByOne(store.write))
    log = spool.open("s1", ROSTER)
    for _ in range(3):
        spool.put(log, block(sent(), sent()), now=10.0)

    spool.step(10.0)

    assert [chunk.rows for chunk in store.chunks] == [4]
    assert log.waiting_rows == 2


def test_a_finished_log_is_stored_at_once_and_chunks_are_numbered() -> None:
    store = Store()
    spool = Spool(OneByOne(store.write))
    log = spool.open("s1", ROSTER)
    spool.put(log, block(), now=0.0)
    spool.step(5.0)
    spool.put(log, block(), now=6.0)
    log.is_finished = True

    spool.step(6.1)

    assert [chunk.number for chunk in store.chunks] == [0, 1]
    assert log.is_settled


def test_a_failed_write_is_tried_again_with_longer_waits() -> None:
    store = Store()
    store.error = OSError("no route to the store")
    spool = Spool(OneByOne(store.write))
    log = spool.open("s1", ROSTER)
    spool.put(log, block(), now=0.0)

    tries = [spool.step(5.0)]
    while len(tries) < 8:
        tries.append(spool.step(tries[-1]))

    waits = [later - sooner for sooner, later in pairwise(tries)]
    assert waits == [1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]
    assert store.calls == 8
    store.error = None
    spool.step(tries[-1])
    assert len(store.chunks) == 1
    assert (log.is_settled, log.dropped) == (True, 0)


def test_one_shards_outage_does_not_hold_up_the_others() -> None:
    stored: list[str] = []

    def write(chunk) -> None:
        if chunk.shard == "bad":
            raise OSError("denied")
        stored.append(chunk.shard)

    spool = Spool(OneByOne(write))
    for name in ("bad", "good"):
        log = spool.open(name, ROSTER)
        spool.put(log, block(), now=0.0)

    spool.step(5.0)

    assert stored == ["good"]


def test_an_outage_that_lasts_drops_what_comes_and_counts_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_WAITING_BYTES", 1)
    monkeypatch.setattr(limits, "MAX_WAITING_ROWS", 3)
    store = Store()
    store.error = OSError("no route to the store")
    spool = Spool(OneByOne(store.write))
    log = spool.open("s1", ROSTER)
    spool.put(log, block(), now=0.0)
    spool.step(5.0)

    taken = [spool.put(log, block(sent(), sent()), now=6.0) for _ in range(3)]

    assert taken == [True, False, False]
    assert log.dropped == 4
    store.error = None
    spool.step(20.0)
    spool.step(20.0)
    assert [chunk.rows for chunk in store.chunks] == [1, 2]
    assert log.is_settled


def test_a_stale_lease_ends_writing_for_good() -> None:
    store = Store()
    store.error = StaleLease("shard s1 is leased with number 4, this tower holds 3")
    spool = Spool(OneByOne(store.write))
    log = spool.open("s1", ROSTER)
    spool.put(log, block(), now=0.0)
    spool.step(5.0)
    store.error = None

    taken = spool.put(log, block(), now=6.0)
    spool.step(60.0)

    assert (taken, store.calls, log.is_stale) == (False, 1, True)
    assert (log.is_settled, log.dropped) == (True, 2)


def test_an_abandoned_log_is_settled_and_says_what_it_lost() -> None:
    store = Store()
    store.error = OSError("no route to the store")
    spool = Spool(OneByOne(store.write))
    log = spool.open("s1", ROSTER)
    spool.put(log, block(), now=0.0)
    spool.step(5.0)
    spool.put(log, block(sent(), sent()), now=6.0)

    log.is_abandoned = True
    spool.step(6.0)

    assert (log.is_settled, log.dropped) == (True, 3)


def test_a_closed_log_is_forgotten() -> None:
    store = Store()
    spool = Spool(OneByOne(store.write))
    log = spool.open("s1", ROSTER)
    spool.put(log, block(), now=0.0)

    spool.close(log)

    assert spool.step(60.0) == math.inf
    assert store.calls == 0


def test_a_chunk_is_built_without_a_rest_once_more_wait_or_the_shard_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "PRESSED_ROWS", 4)
    spool = Spool(OneByOne(Store().write))
    log = spool.open("s1", ROSTER)
    assert not spool.is_pressed

    spool.put(log, block(sent(), sent(), sent(), sent()), now=0.0)
    assert spool.is_pressed

    spool.step(100.0)
    assert not spool.is_pressed

    log.is_finished = True
    assert spool.is_pressed


class Together:
    """Keeps what it was given at once, but of shards that have problems."""

    def __init__(self, **problems: Exception) -> None:
        self.problems = problems
        self.calls: list[list[str]] = []

    def put(self, chunks):
        self.calls.append([chunk.shard for chunk in chunks])
        return [self.problems.get(chunk.shard) for chunk in chunks]

    def close(self) -> None:
        """Nothing is held."""


def test_chunks_of_all_shards_that_are_due_are_stored_at_once_and_fail_alone() -> None:
    store = Together(stale=StaleLease("gone"), slow=OSError("no room"))
    spool = Spool(store)
    logs = {name: spool.open(name, ROSTER) for name in ("well", "stale", "slow")}
    for log in logs.values():
        spool.put(log, block(), now=0.0)

    next_look = spool.step(5.0)

    assert store.calls == [["well", "stale", "slow"]]
    assert {name: (log.stored, log.lost) for name, log in logs.items()} == {
        "well": (1, 0),
        "stale": (0, 1),
        "slow": (0, 0),
    }
    assert next_look == 5.0 + limits.FIRST_RETRY
    spool.step(next_look)
    assert store.calls[1:] == [["slow"]]
