"""Calls what has to happen from time to time, and says that it is alive.

Two clocks run side by side during each deploy, so every tick is idempotent: it claims rows by a
conditional update, or does what may be done twice.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import monotonic

from django.conf import settings
from django.db import close_old_connections
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from web.platform.models import Heartbeat

logger = logging.getLogger(__name__)

SLOW = 5.0  # s; a tick that takes longer delays the others and is logged


@dataclass(slots=True)
class Tick:
    """A call that is due every ``every`` s; ``due`` in s of the caller's clock."""

    name: str
    call: Callable[[], object]
    every: float
    due: float = 0.0


@dataclass(slots=True)
class Outcome:
    """How the calls of a tick went lately, for whoever tells others that the clock is well."""

    failures: int = 0  # in a row
    since: float | None = None  # s of the monotonic clock; None: the last call went well

    def failing_for(self) -> float:
        """Return for how many s it has failed."""
        return 0.0 if self.since is None else monotonic() - self.since

    def note(self, *, is_well: bool) -> None:
        """Take note of a call."""
        if is_well:
            self.failures, self.since = 0, None
            return
        self.failures += 1
        self.since = monotonic() if self.since is None else self.since


outcomes: dict[str, Outcome] = {}
"""Of this process's ticks, by name."""


def beat(name: str = "clock") -> None:
    """Note that the process is alive now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": Now()})


def timetable() -> list[Tick]:
    """Return the ticks that ``settings.CLOCK_TICKS`` names.

    Raises:
        ImportError: There is no such function; the clock does not start then.
    """
    return [Tick(name, import_string(name), every) for name, every in settings.CLOCK_TICKS]


def take_due(ticks: list[Tick], now: float) -> list[Tick]:
    """Return what is due at ``now``, and plan each for the next time.

    The plan keeps to its grid; what was missed while another tick took long is not made up for.
    """
    due = [tick for tick in ticks if tick.due <= now]
    for tick in due:
        missed = int((now - tick.due) // tick.every) if tick.due else 0
        tick.due = (tick.due or now) + (missed + 1) * tick.every
    return due


def run(ticks: list[Tick], stopping: Event) -> None:
    """Call what is due until ``stopping``; the tick that runs then is let to its end."""
    while not stopping.is_set():
        for tick in take_due(ticks, monotonic()):
            if not stopping.is_set():
                run_tick(tick)
        stopping.wait(max(0.0, min(tick.due for tick in ticks) - monotonic()))


def run_tick(tick: Tick) -> None:
    """Call one tick; its error is its own and is tried again at its next time."""
    started, is_well = monotonic(), False
    try:
        close_old_connections()
        tick.call()
        is_well = True
    except Exception:
        logger.exception("tick failed", extra={"tick": tick.name})
    outcomes.setdefault(tick.name, Outcome()).note(is_well=is_well)
    if (took := monotonic() - started) > SLOW:
        logger.warning("tick is slow", extra={"tick": tick.name, "seconds": round(took, 1)})
