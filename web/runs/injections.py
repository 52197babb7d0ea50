"""Faults that people put into a run by hand while it runs, and what towers read of all wishes.

Rule: the rows are the truth; a tower reads them each second and does what is new to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import DateTimeField, Value
from django.utils import timezone

import simulator
from web.accounts.models import User
from web.audit.actions import note
from web.platform import shared_clock
from web.platform.words import Told, told
from web.runs.models import Injection, Order, Run

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
    """What a tower is to do with a run by now: begin or end a fault, or obey an order.

    ``name`` is that of the row, for all shards; ``said`` the fault or the order as it is kept.
    """

    name: str
    said: dict[str, Any] = field(compare=False)
    since: float  # s of the run
    is_ended: bool

    @property
    def fault(self) -> simulator.Fault:
        """The fault that it is about; where it is about one."""
        return simulator.fault_of(self.said)

    @property
    def order(self) -> simulator.Order | None:
        """The order that it is about; None: a fault."""
        return simulator.order_of(self.said) if "order" in self.said else None


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
    since = (shared_clock.now() - run.started_at).total_seconds() + LEAD
    rows = [
        Injection(run=run, fault=fault, since=since, asked_by=by) for fault in words.said["faults"]
    ]
    begun = Injection.objects.bulk_create(rows)
    note("run.fault_begun", user=by, about=run, words=", ".join(str(each) for each in begun))
    return begun


def end_fault(injection: Injection, *, by: User) -> bool:
    """End a fault before its time; return whether this call did it."""
    rows = Injection.objects.filter(id=injection.id, ended=None)
    ended = bool(rows.update(ended=timezone.now(), ended_by=by))
    if ended:
        note("run.fault_ended", user=by, about=injection.run, words=str(injection))
    return ended


def wishes(runs: Iterable[int]) -> dict[int, list[Wish]]:
    """Return what people want of each of the runs, by its id, in the order of asking; one query.

    That an order was followed by another is not the tower's affair: it obeys both.
    """
    found: dict[int, list[Wish]] = {}
    own = list(runs)
    faults = Injection.objects.filter(run__in=own).order_by()
    orders = Order.objects.filter(run__in=own).order_by()
    columns = "asked", "id", "run", "code", "since"
    rows = faults.values_list(*columns, "fault", "ended").union(
        orders.values_list(*columns, "order", Value(None, output_field=DateTimeField())), all=True
    )
    for _, _, run, code, since, said, ended in rows.order_by("asked", "id"):
        found.setdefault(run, []).append(Wish(str(code), said, since, ended is not None))
    return found
