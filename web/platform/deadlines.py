"""How long what goes on may still take: a request's deadline, which all that it waits for keeps to.

Rule: whoever waits for somebody else waits ``within`` what is left; where nothing is limited (jobs,
the clock, commands) that is as long as it says itself. ``web.platform.watchdog`` ends what does not
keep to it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from math import inf
from time import monotonic
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
LEAST = 0.05  # s that a wait has at least; less is none


class TooLong(Exception):
    """What goes on has had its time. It stops here; what was not committed is not done."""


class Deadline:
    """When a request has to be over, and what its thread waits for meanwhile."""

    def __init__(self, end: float) -> None:
        """``end``: s of the monotonic clock. To be made by the thread that answers."""
        self.end = end
        self.thread = threading.get_ident()
        self._cut: Callable[[], None] | None = None
        self._lock = threading.Lock()

    @contextmanager
    def waiting(self, cut: Callable[[], None]) -> Iterator[None]:
        """Let ``cut``, called from another thread, be what ends the wait inside of this."""
        with self._lock:
            self._cut = cut
        try:
            yield
        finally:
            with self._lock:
                self._cut = None

    def cut(self) -> bool:
        """End the wait of the thread; False: it waits for nothing that can be ended."""
        if not self._lock.acquire(blocking=False):  # never held up by whom this is to end
            return False
        try:
            if self._cut is not None:
                self._cut()
            return self._cut is not None
        finally:
            self._lock.release()


current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)
"""Of the request that is being answered; None: nothing is limited."""


def left() -> float:
    """Return the s that are left, 0 when they are used up; infinite where nothing is limited."""
    deadline = current.get()
    return inf if deadline is None else max(0.0, deadline.end - monotonic())


def is_over() -> bool:
    """Whether nothing is left that is worth a wait."""
    return left() < LEAST


def within(most: float) -> float:
    """Return how long to wait for somebody else, s: ``most``, or what is left if that is less.

    Raises:
        TooLong: Nothing is left.
    """
    if is_over():
        raise TooLong("nothing is left of the request's time")
    return min(most, left())


def carried(function: Callable[P, T]) -> Callable[P, T]:
    """Return the function with the deadline of who asks, for another thread to call."""
    deadline = current.get()

    @wraps(function)
    def call(*args: P.args, **named: P.kwargs) -> T:
        token = current.set(deadline)
        try:
            return function(*args, **named)
        finally:
            current.reset(token)

    return call
