"""Faults that people put into a run by hand while it runs, and end.

Rule: the rows are the truth; a tower reads them each second and does what is new to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

import simulator
from web.accounts.models import User
from web.platform.words import Told, told
from web.runs.models import Injection, Run

MOST = 100  # of one run, as simulator.Lot.faults
# s from the wish to the beginning: towers look once a second, and all shards are to begin together.
LEAD = 2.0
NOT_RUNNING = "Faults can be put into a run only while its mocks send."


class CannotInject(Exception):
    """Nothing was put into the run; ``told`` says why."""

    def __init__(self, told: Told) -> None:
        super().__init__(" ".join(told.sentences))
        self.told = told


@dataclass(frozen=True, slots=True)
class Wish:
    """What a tower is to do with a run by now. ``name`` is the injection's, for all shards."""

    name: str
    fault: simulator.Fault = field(compare=False)
    since: float  # s of the run
    is_ended: bool


def begin_faults(run: Run, text: str, *, by: User) -> list[Injection]:
    """Put the faults into a live run that ``text`` says, ``faults: [{fault: drop}, ...]``.

    Raises:
        CannotInject: The run does not send, or the text has no fault, or a wrong one.
    """
    if not run.is_live or run.started_at is None or run.stop_requested:
        raise CannotInject(Told([NOT_RUNNING], []))
    words = simulator.fault_words(text)
    wrong = told(words, elsewhere=())
    if words.value is None:
        raise CannotInject(wrong)
    if not words.value:
        raise CannotInject(Told(["Say at least one fault."], []))
    if run.injections.count() + len(words.value) > MOST:
        raise CannotInject(Told([f"A run takes at most {MOST} faults by hand."], []))
    since = (timezone.now() - run.started_at).total_seconds() + LEAD
    rows = [
        Injection(run=run, fault=fault, since=since, asked_by=by) for fault in words.said["faults"]
    ]
    return Injection.objects.bulk_create(rows)


def end_fault(injection: Injection, *, by: User) -> bool:
    """End a fault before its time; return whether this call did it."""
    rows = Injection.objects.filter(id=injection.id, ended=None)
    return bool(rows.update(ended=timezone.now(), ended_by=by))


def wishes(runs: Iterable[int]) -> dict[int, list[Wish]]:
    """Return what people want of each of the runs, by its id; one query."""
    found: dict[int, list[Wish]] = {}
    for row in Injection.objects.filter(run__in=list(runs)):
        wish = Wish(str(row.code), simulator.fault_of(row.fault), row.since, row.ended is not None)
        found.setdefault(row.run_id, []).append(wish)
    return found
