"""The thread: a recorder's entries reach the store, while the loop goes on."""

import threading

from simulator.recording import Kind, Recorder, Second, Writer, new_board
from tests.simulator.recording.making import CLOCK, ROSTER, ZERO, Store, sent


def recorder(writer: Writer, log) -> Recorder:
    return Recorder(writer=writer, log=log, board=new_board(100, 3), zero=ZERO, acknowledged_from=1)


def test_what_is_recorded_is_stored_by_the_thread() -> None:
    stored = threading.Event()
    chunks = []
    writer = Writer(lambda chunk: (chunks.append(chunk), stored.set()), name="test")
    log = writer.open("s1", ROSTER)
    made = recorder(writer, log)
    made.settled(sent())
    made.event(Kind.LOST, 1, at=CLOCK + 1, status=0, reason="timed out")
    made.fold(Second(at=0))
    writer.finish(log)

    writer.start()
    arrived = stored.wait(60.0)
    writer.close(within=60.0)

    assert arrived
    assert [(chunk.rows, chunk.sends) for chunk in chunks] == [(2, 1)]
    assert log.is_settled


def test_a_fold_without_entries_does_nothing() -> None:
    writer = Writer(Store().write, name="test")
    log = writer.open("s1", ROSTER)

    recorder(writer, log).fold(Second(at=0))

    assert log.accepted == 0


def test_closing_does_not_wait_for_a_write_that_hangs() -> None:
    begun, release = threading.Event(), threading.Event()

    def hang(_chunk: object) -> None:
        begun.set()
        release.wait(60.0)

    writer = Writer(hang, name="test")
    log = writer.open("s1", ROSTER)
    made = recorder(writer, log)
    made.settled(sent())
    made.fold(Second(at=0))
    writer.finish(log)
    writer.start()
    begun.wait(60.0)

    writer.close(within=0.01)

    assert not log.is_settled
    release.set()
