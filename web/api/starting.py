"""Starting a run once, however often a program asks: ``Idempotency-Key``.

Rule: the database says who was first; the second gets the run of the first.
"""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid5

from django.db import IntegrityError

from web.accounts.models import User
from web.api.models import Start
from web.api.problems import Invalid
from web.lots.models import Lot
from web.runs.actions import start_run
from web.runs.models import Run

MOST = 255  # characters of a key
OTHER = "This Idempotency-Key was used for something else. Take a new one for each start."


def start_once(
    lot: Lot,
    *,
    key: str,
    by: User,
    beside_rivals: bool = False,
    longest: timedelta | None = None,
) -> tuple[Run, bool]:
    """Return the run that was started, and whether it was this call that did.

    Args:
        lot: Which.
        key: What the program calls this start; empty: each call is a start of its own.
        by: Who starts it.
        beside_rivals: As of ``start_run``.
        longest: The same.

    Raises:
        Invalid: The key was used for another start.
        CannotStart, CannotStartNow, WouldCollide: As ``start_run``.
    """
    asked = digest(f"{lot.code} {beside_rivals} {longest}")
    if known := known_start(lot, key):
        return same(known, asked), False

    def join(run: Run) -> None:
        Start.objects.create(workspace=lot.workspace, run=run, name=digest(key), asked=asked)

    try:
        run = start_run(
            lot,
            by=by,
            beside_rivals=beside_rivals,
            longest=longest,
            joined=join if key else None,
        )
    except IntegrityError:
        known = known_start(lot, key)
        if known is None:
            raise
        return same(known, asked), False
    return run, True


def known_start(lot: Lot, key: str) -> Start | None:
    """Return the start that a key has named; None for no key too."""
    starts = Start.objects.filter(workspace=lot.workspace, name=digest(key))
    return starts.select_related("run__workspace", "run__lot").first() if key else None


def same(known: Start, asked: str) -> Run:
    """Return the run of a start. Raises Invalid: something else was asked for."""
    if known.asked != asked:
        raise Invalid(OTHER, {"detail": OTHER, "pointer": "/Idempotency-Key", "in": "header"})
    return known.run


def digest(text: str) -> str:
    """Return what is kept of a text: SHA-256, in hex."""
    return sha256(text.encode()).hexdigest()


def code_of(run: Run, key: str) -> UUID | None:
    """Return the code of the order that a key names; None without a key."""
    return uuid5(run.code, key) if key else None
