"""The orders that people give to a run while it goes on.

Rule: the rows are the truth; a tower reads them each second and does what is new to it. What cannot
work is refused before there is a row.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

import simulator
from web.accounts.models import User
from web.audit import actions as audit
from web.platform import shared_clock
from web.platform.words import told
from web.runs.growth import CannotGrow, Growth, grow, planned
from web.runs.injections import LEAD
from web.runs.models import Order, Run
from web.runs.unproved import growth_trouble
from web.usage import limits

MOST = 1_000  # of one run, as the engine takes them
ENDS = ("stop", "abort")  # these are stop_run's and abort_run's, for runs that have not begun too
NAMING = {"status": "statuses", "message": "messages", "messages": "messages"}  # words of orders
NOT_BEGUN = "The run has not begun yet. Its mocks obey as soon as they are started."
NOT_LIVE = "The run is over, so nobody obeys any more. Start it again to go on."
STOPPING = "The run is being stopped, and takes no more orders."
IS_PAUSED = "The run is paused already."
NOT_PAUSED = "The run is not paused, so there is nothing to resume."
PAUSED = "The run is paused, so its mocks do nothing. Resume it first."
TOO_MANY = f"A run takes at most {MOST:,} orders."


class CannotOrder(Exception):
    """Nothing was ordered; the text is a sentence that says why.

    ``problems`` are what is wrong with single words of the order, each at its place; none: the
    order as a whole is refused.
    """

    def __init__(self, text: str, *, problems: tuple[simulator.Problem, ...] = ()) -> None:
        super().__init__(text)
        self.problems = problems


def ask(run: Run, said: dict[str, Any], *, by: User | str, code: UUID | None = None) -> Order:
    """Give a live run an order, as the simulator's ``order_of`` reads it.

    ``by`` is a person, or the words for what it was. The same ``code`` twice is one order, so that
    a form that is sent twice does no harm.

    Raises:
        CannotOrder: The run obeys no such order now, or what it names is not there.
    """
    order = read(run, said)
    code = code or uuid4()
    growth = _growth(run, order)
    with transaction.atomic():
        # The row's lock: of two who pause at the same moment the second is told so.
        Run.objects.filter(id=run.id).update(state=F("state"))
        run.refresh_from_db(fields=["state", "paused", "stop_requested", "started_at"])
        if known := Order.objects.filter(run=run, code=code).first():
            return known
        check(run, order)
        _follow(run, order)
        if growth:
            _hold(run, order, is_locked=True)
            _grow(run, growth)
        audit.note("run.ordered", user=by, about=run, words=order.title)
        return note(run, order, by=by, code=code)


def note(run: Run, order: simulator.Order, *, by: User | str, code: UUID | None = None) -> Order:
    """Keep an order that was given; who ends a run does that besides."""
    person = by if isinstance(by, User) else None
    since = (shared_clock.now() - run.started_at).total_seconds() if run.started_at else 0.0
    return Order.objects.create(
        code=code or uuid4(),
        run=run,
        order=order.model_dump(mode="json", exclude_defaults=True) | {"order": order.order},
        since=since + (0.0 if order.order in ENDS else LEAD),
        asked_by=person,
        words="" if person else str(by)[:200],
    )


def read(run: Run, said: dict[str, Any]) -> simulator.Order:
    """Return the order that plain data says.

    Raises:
        CannotOrder: It is none, or names what the run's mocks do not have.
    """
    words = simulator.order_words(said)
    if words.value is None:
        sentences = told(words, elsewhere=()).sentences
        raise CannotOrder(" ".join(sentences), problems=words.problems)
    order = words.value
    for word, kind in NAMING.items():
        wanted = getattr(order, word, ())
        _check_names([wanted] if isinstance(wanted, str) else wanted, names_in(run, kind))
    return order


def _growth(run: Run, order: simulator.Order) -> Growth | None:
    """Return what a run needs to obey an order for more mocks than it has; it obeys orders now."""
    if order.order != "count" or not run.is_orderable:
        return None
    _hold(run, order)
    try:
        return planned(run, getattr(order, "mocks", 0))
    except CannotGrow as cannot:
        raise CannotOrder(str(cannot)) from cannot


def _hold(run: Run, order: simulator.Order, *, is_locked: bool = False) -> None:
    """Refuse more mocks than may go to an unproved host, or than the workspace's plan has."""
    mocks = getattr(order, "mocks", 0)
    plan_trouble = limits.growth_trouble(run, mocks, is_locked=is_locked)
    if why := growth_trouble(run, mocks) or plan_trouble:
        raise CannotOrder(why)


def _grow(run: Run, growth: Growth) -> None:
    try:
        grow(run, growth)
    except CannotGrow as cannot:
        raise CannotOrder(str(cannot)) from cannot


def _check_names(wanted: Iterable[str], known: list[str]) -> None:
    for name in wanted:
        if known and name not in known:
            text = ", ".join(known)
            raise CannotOrder(f"No mock of this run has “{name}”. There is: {text}.")


def names_in(run: Run, kind: str) -> list[str]:
    """Return the ``statuses`` or ``messages`` of a run's definitions, each once; empty where the
    run is older than this is kept."""
    return list(dict.fromkeys(name for part in run.parts for name in part.get(kind, ())))


def check(run: Run, order: simulator.Order) -> None:
    """Refuse what a run does not obey now.

    Raises:
        CannotOrder: It says why, and what to do.
    """
    why = ""
    if not run.is_live:
        why = NOT_LIVE
    elif run.stop_requested:
        why = STOPPING
    elif run.started_at is None:
        why = NOT_BEGUN
    elif order.order == "pause" and run.paused:
        why = IS_PAUSED
    elif order.order == "resume" and not run.paused:
        why = NOT_PAUSED
    elif order.order in ("status", "send") and run.paused:
        why = PAUSED
    elif run.orders.count() >= MOST:
        why = TOO_MANY
    if why:
        raise CannotOrder(why)


def orders_of(run: Run) -> QuerySet[Order]:
    """Return the orders that were given to a run, the latest first."""
    return run.orders.select_related("asked_by").order_by("-asked", "-id")


def _follow(run: Run, order: simulator.Order) -> None:
    """Note what an order puts an end to, and when the run begins to be paused."""
    now = timezone.now()
    ends = {"resume": "pause", "rate": "rate", "count": "count"}.get(order.order)
    if ends:
        run.orders.filter(order__order=ends, ended=None).update(ended=now)
    if order.order in ("pause", "resume"):
        run.paused = now + timedelta(seconds=LEAD) if order.order == "pause" else None
        run.save(update_fields=["paused"])
