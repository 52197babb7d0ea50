"""What follows from findings over time: when an incident is opened, and when it is over.

Rule: pure; told the time. What is not known opens nothing and resolves nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from web.alerts.rules import Finding, Terms, Verdict


class Phase(StrEnum):
    FINE = "fine"
    SUSPECT = "suspect"  # bad, and not yet for long enough
    BAD = "bad"
    CALMING = "calming"  # fine again, and not yet for long enough


class Event(StrEnum):
    NOTHING = ""
    OPEN = "open"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a rule and a subject between two looks."""

    phase: Phase = Phase.FINE
    since: datetime | None = None

    @property
    def is_bad(self) -> bool:
        """Whether the lower limit counts."""
        return self.phase in (Phase.BAD, Phase.CALMING)

    def pack(self) -> list[Any]:
        """Return it as JSON holds it."""
        return [str(self.phase), self.since.timestamp() if self.since else None]


def advance(
    memory: Memory, finding: Finding, terms: Terms, *, now: datetime
) -> tuple[Memory, Event]:
    """Return what is remembered from now on, and what is to be done."""
    if finding.verdict == Verdict.UNKNOWN:
        calming = memory.phase == Phase.CALMING
        return (Memory(Phase.BAD, now) if calming else memory), Event.NOTHING
    if finding.verdict == Verdict.BAD:
        return _worse(memory, terms, now)
    return _better(memory, terms, now, at_once=finding.is_over)


def _worse(memory: Memory, terms: Terms, now: datetime) -> tuple[Memory, Event]:
    if memory.phase == Phase.BAD:
        return memory, Event.NOTHING
    if memory.phase == Phase.CALMING:
        return Memory(Phase.BAD, now), Event.NOTHING
    since = memory.since if memory.phase == Phase.SUSPECT and memory.since else now
    if now - since >= terms.hold:
        return Memory(Phase.BAD, now), Event.OPEN
    return Memory(Phase.SUSPECT, since), Event.NOTHING


def _better(memory: Memory, terms: Terms, now: datetime, *, at_once: bool) -> tuple[Memory, Event]:
    if not memory.is_bad:
        return Memory(), Event.NOTHING
    since = memory.since if memory.phase == Phase.CALMING and memory.since else now
    if at_once or now - since >= terms.calm:
        return Memory(), Event.RESOLVE
    return Memory(Phase.CALMING, since), Event.NOTHING
