"""Keeps child processes running, and takes them along when it ends."""

import logging
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event
from time import monotonic
from types import FrameType

from web.platform.workers import die_with_parent

logger = logging.getLogger(__name__)

LOOK = 0.2  # s between two looks at the children
FIRST_PAUSE = 1.0  # s before a child that ended is started again
LONGEST_PAUSE = 30.0  # s; the pause doubles up to this while a child keeps ending
STEADY = 60.0  # s after which a child counts as well again
REMIND = 3.0  # s between two SIGTERM: the first may come before a job listens
PATIENCE = 25.0  # s that children may drain; the platform kills everything at 30 s


@dataclass(slots=True)
class Child:
    """One process that is to run. Times are s of the monotonic clock."""

    name: str
    task: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    pause: float = FIRST_PAUSE
    again: float = 0.0


class Supervisor:
    """Runs each task in a process of its own until SIGTERM or SIGINT."""

    def __init__(self, tasks: Mapping[str, Callable[[], None]]) -> None:
        self.children = [Child(name, task) for name, task in tasks.items()]
        self.stopping = Event()

    def run(self) -> None:
        """Return once a signal came and every child has ended, after ``PATIENCE`` at most."""
        previous = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        for number in previous:
            signal.signal(number, self._stop)
        try:
            while not self.stopping.is_set():
                self._look(monotonic())
                self.stopping.wait(LOOK)
        finally:
            self._end()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _stop(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.stopping.set()

    def _look(self, now: float) -> None:
        for child in self.children:
            if child.pid and has_ended(child.pid):
                rest(child, now)
            if not child.pid and now >= child.again:
                start(child, now)

    def _end(self) -> None:
        deadline = monotonic() + PATIENCE
        remind = 0.0
        while (left := self._living()) and monotonic() < deadline:
            if monotonic() >= remind:
                send(left, signal.SIGTERM)
                remind = monotonic() + REMIND
            Event().wait(LOOK)
        send(left, signal.SIGKILL)
        for child in left:
            os.waitpid(child.pid, 0)

    def _living(self) -> list[Child]:
        for child in self.children:
            if child.pid and has_ended(child.pid):
                child.pid = 0
        return [child for child in self.children if child.pid]


def start(child: Child, now: float) -> None:
    """Fork the child; it leaves by itself when the supervisor is killed."""
    child.started = now
    child.pid = os.fork()
    if child.pid:
        logger.info("started", extra={"child": child.name, "pid": child.pid})
        return
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        die_with_parent(signal.SIGTERM)
        child.task()
        status = 0
    except Exception:
        logger.exception("ended by an error", extra={"child": child.name})
    finally:
        # Not sys.exit: the child must not run what the supervisor registered for its own end.
        logging.shutdown()
        os._exit(status)


def rest(child: Child, now: float) -> None:
    """Note that the child ended, and when it is to start again."""
    if now - child.started > STEADY:
        child.pause = FIRST_PAUSE
    logger.warning("ended", extra={"child": child.name, "again_in": child.pause})
    child.pid, child.again = 0, now + child.pause
    child.pause = min(child.pause * 2, LONGEST_PAUSE)


def has_ended(pid: int) -> bool:
    """Return whether a child of ours has ended, and forget it then."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def send(children: list[Child], number: signal.Signals) -> None:
    """Send a signal to those that still run."""
    for child in children:
        try:
            os.kill(child.pid, number)
        except ProcessLookupError:
            continue
