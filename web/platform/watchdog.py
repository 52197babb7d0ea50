"""Ends what does not keep to its deadline: one thread of each process looks at all of them.

Rule: first what a request waits for is cut (a connection to the database whose other end is silent,
or whose pooler has no room); where it waits for nothing, :class:`TooLong` is raised in its thread,
which ends a loop of Python at its next step. What is left then is one call into C: the process is
to be replaced, once what else it does is done.
"""

import ctypes
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from web.platform.deadlines import Deadline, TooLong, current

logger = logging.getLogger(__name__)

GRACE = 0.5  # s after the deadline in which a request may end by itself
AGAIN = 2.0  # s between two attempts at the same request
STUCK = 5.0  # s after the deadline when the process is to be replaced
LOOK_EVERY = 0.25  # s


def raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Raise an error in a thread, when it next runs Python; None: take back what was not raised.

    Source: Python's C API, *PyThreadState_SetAsyncExc*.
    """
    pending = ctypes.py_object(error) if error else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), pending)


def stay() -> None:
    """Do nothing: who serves says how a process is replaced (gunicorn.conf.py)."""


class Watchdog:
    """Knows the deadlines of this process's requests."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = monotonic,
        interrupt: Callable[[int, type[BaseException] | None], None] = raise_in,
    ) -> None:
        """
        Args:
            clock: s of a clock that nobody sets.
            interrupt: Raises an error in a thread; None takes back what was not raised yet.
        """
        self.retire: Callable[[], None] = stay
        self._clock = clock
        self._interrupt = interrupt
        self._due: dict[Deadline, float] = {}  # when each is to be looked at
        self._interrupted: set[Deadline] = set()
        self._lock = threading.Lock()
        self._process = 0  # in which the thread runs

    @contextmanager
    def limited(self, seconds: float) -> Iterator[Deadline]:
        """Let what stands inside of this be over in ``seconds``.

        Raises:
            TooLong: It was not, and was ended.
        """
        deadline = Deadline(self._clock() + seconds)
        token = current.set(deadline)
        self._watch(deadline)
        try:
            yield deadline
        finally:
            self._forget(deadline)
            current.reset(token)

    def look(self) -> None:
        """End what is overdue."""
        now = self._clock()
        with self._lock:
            for deadline in [each for each, due in self._due.items() if due <= now]:
                self._due[deadline] = now + AGAIN
                self._end(deadline, now - deadline.end)

    def _end(self, deadline: Deadline, over: float) -> None:
        """End what a request is at; ``over``: s since its deadline."""
        facts = {"ident": deadline.thread, "over": round(over, 1)}
        if deadline.cut():
            logger.warning("a wait is cut", extra=facts)
            return
        logger.warning("a request is interrupted", extra=facts)
        self._interrupted.add(deadline)
        self._interrupt(deadline.thread, TooLong)
        if over >= STUCK:
            logger.error("a request is stuck, its process is to be replaced", extra=facts)
            self.retire()

    def _watch(self, deadline: Deadline) -> None:
        with self._lock:
            self._due[deadline] = deadline.end + GRACE
            if self._process != os.getpid():
                self._process = os.getpid()
                threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def _forget(self, deadline: Deadline) -> None:
        """Let a request go; what was to be raised in its thread and was not yet, never is."""
        while deadline in self._due:
            try:
                with self._lock:
                    if deadline in self._interrupted:
                        self._interrupted.discard(deadline)
                        self._interrupt(deadline.thread, None)
                    del self._due[deadline]
            except TooLong:  # raised here, where it has nothing to end any more
                continue

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOK_EVERY):
            self.look()


watchdog = Watchdog()
