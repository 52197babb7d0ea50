"""What the queue ``drains`` runs."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from uuid import UUID

# Not above: the console puts these jobs into the queue and never needs pyarrow and boto3's clients.
# ruff: noqa: PLC0415


def ship(code: str) -> None:
    """Send what waits of a drain, for one turn; doing it twice is harmless.

    On SIGTERM the part that is on its way is finished, and the next job goes on behind it.
    """
    from web.drains import actions, shipping

    with told_to_stop() as stopping:
        turn = shipping.Turn.of(is_stopped=stopping.is_set)
        if shipping.ship(UUID(code), turn=turn):
            actions.nudge_by_code(code)


def try_out(code: str) -> None:
    """Send the one record of a test that was asked for, and keep what became of it."""
    from web.drains import trials

    trials.try_out(UUID(code))


@contextmanager
def told_to_stop() -> Iterator[Event]:
    """Return what is set by a SIGTERM, which the worker lets through to its job."""
    stopping = Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    try:
        yield stopping
    finally:
        signal.signal(signal.SIGTERM, before)
