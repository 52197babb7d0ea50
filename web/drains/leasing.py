"""Who ships a drain: one job at a time. Every change is one conditional UPDATE.

Rule: a lease is the drain's fence; what a job writes goes through :func:`held`, which refuses a
stale one. A pause and a change of its settings raise the fence too, so that a job stops at once.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from web.drains.models import Drain, Letter, Progress
from web.drains.waiting import due
from web.logs.models import Chunk
from web.platform import shared_clock

# Renewed with each step; longer than a request to Amazon takes that nobody answers. A job that was
# killed holds its drain up for so long.
LEASE = timedelta(seconds=90)
FIRST_PAUSE = 2.0  # s after a failure; doubles each time
LONGEST_PAUSE = 300.0  # s
# Times as long as an attempt that failed held up the other drains: so who hangs has a tenth of the
# process at most, whatever the number of its attempts.
REST = 9.0
LONGEST_WISH = 900.0  # s that the other end may ask us to wait
GIVE_UP = timedelta(days=7)  # of failing, after which a drain pauses itself
GAVE_UP = "It failed for 7 days and paused itself. Mend what the last error says, then resume it."
ASK_AGAIN = timedelta(minutes=1)  # after which a job that did not begin counts as lost


class Overtaken(Exception):
    """Another job ships the drain, or somebody paused, changed or deleted it."""


def ask(drain: Drain, *, now: datetime | None = None) -> bool:
    """Note that a job is asked for; False while another one was, a short time ago."""
    moment = now or shared_clock.now()
    waiting = due(moment).filter(id=drain.id).exclude(asked__gt=moment - ASK_AGAIN)
    return bool(Drain.objects.filter(id__in=waiting.values("id")).update(asked=moment))


def claim(code: UUID, *, now: datetime | None = None) -> Drain | None:
    """Return the drain for this job alone, or None when it is not due or another job has it."""
    moment = now or shared_clock.now()
    drain = due(moment).filter(code=code).select_related("workspace").first()
    return drain if drain and take(drain, now=moment) else None


def take(drain: Drain, *, now: datetime) -> bool:
    """Lease a drain that is due, as its row was read; False when another job was faster."""
    taken = Drain.objects.filter(id=drain.id, fence=drain.fence).update(
        fence=F("fence") + 1, leased_until=now + LEASE, asked=None
    )
    drain.fence += 1
    return bool(taken)


@contextmanager
def held(drain: Drain) -> Iterator[QuerySet[Drain]]:
    """Write under the lease: a transaction that begins with locking the row, and renews it.

    Raises:
        Overtaken: The lease is stale; nothing is written.
    """
    with transaction.atomic():
        row = Drain.objects.filter(id=drain.id, fence=drain.fence)
        # An UPDATE, not a SELECT FOR UPDATE: it locks the row on Postgres and the file on SQLite.
        if not row.update(leased_until=Now() + LEASE):
            raise Overtaken(f"drain {drain.code} is not lease {drain.fence}'s any more")
        yield row


def advance(
    drain: Drain,
    progress: Progress,
    chunk: Chunk,
    *,
    rows: int,
    shipped: int = 0,
    size: int = 0,
    refused: int = 0,
    letters: Sequence[Letter] = (),
) -> None:
    """Note that the first ``rows`` records of a chunk are dealt with; all of them: the next is due.

    Args:
        drain: Under its lease.
        progress: Of the chunk's run; its row and itself are changed.
        chunk: The first one of its shard that is not wholly dealt with.
        rows: From its beginning, also of what the filter left out.
        shipped: Records that were taken by this step.
        size: Bytes of them as they went out.
        refused: Records that were refused for good.
        letters: Of those among them that are kept; their objects are there.

    Raises:
        Overtaken: The lease is stale; nothing is written.
    """
    kept = sum(letter.records for letter in letters)
    if rows >= chunk.rows:
        progress.pass_by(chunk.shard_id, fence=chunk.fence, number=chunk.through)
    else:
        progress.enter(chunk.shard_id, key=chunk.key, rows=rows)
    now = shared_clock.now()
    with held(drain) as row:
        Progress.objects.filter(id=progress.id).update(
            places=progress.places,
            shipped=F("shipped") + shipped,
            refused=F("refused") + refused,
            at=now,
        )
        Letter.objects.bulk_create(letters, ignore_conflicts=True)
        row.update(
            shipped=F("shipped") + shipped,
            shipped_bytes=F("shipped_bytes") + size,
            refused=F("refused") + refused,
            unkept=F("unkept") + refused - kept,
        )
        if shipped:
            row.update(last_shipped_at=now, attempts=0, failing_since=None)
            drain.attempts, drain.failing_since = 0, None


def finish(drain: Drain, progress: Progress) -> None:
    """Note that a run which has ended is wholly dealt with; its places are of no use any more.

    Raises:
        Overtaken: The lease is stale; nothing is written.
    """
    with held(drain):
        Progress.objects.filter(id=progress.id).update(is_done=True, places={})


def lose(drain: Drain, records: int) -> None:
    """Count records that are not in the log any more.

    Raises:
        Overtaken: The lease is stale; nothing is written.
    """
    with held(drain) as row:
        row.update(lost=F("lost") + records)


def rest(drain: Drain) -> None:
    """Give the lease back: all went well so far."""
    row = Drain.objects.filter(id=drain.id, fence=drain.fence)
    row.update(leased_until=None, next_try=None, attempts=0, failing_since=None)


def put_off(drain: Drain, *, seconds: float) -> None:
    """Give the lease back and come again in a while, for a reason that is ours."""
    row = Drain.objects.filter(id=drain.id, fence=drain.fence)
    row.update(leased_until=None, next_try=Now() + timedelta(seconds=seconds))


def fail(drain: Drain, words: str, *, wait: float | None = None, took: float = 0.0) -> None:
    """Give the lease back with what went wrong; after ``GIVE_UP`` the drain is paused.

    Args:
        drain: Under its lease; a stale one changes nothing.
        words: A sentence for the workspace's people.
        wait: s that the other end asks for; None: it did not.
        took: s since something went well, in which others waited.
    """
    pause = max(pause_after(drain.attempts + 1, wait=wait), min(REST * took, LONGEST_PAUSE))
    now = shared_clock.now()
    since = drain.failing_since or now
    row = Drain.objects.filter(id=drain.id, fence=drain.fence)
    values = {
        "leased_until": None,
        "next_try": now + timedelta(seconds=pause),
        "attempts": F("attempts") + 1,
        "failing_since": since,
        "last_error": words[:500],
        "last_error_at": now,
    }
    if now - since >= GIVE_UP:
        values |= {"paused": now, "paused_by": None, "paused_because": GAVE_UP}
    row.update(**values)


def pause_after(attempts: int, *, wait: float | None = None, jitter: float | None = None) -> float:
    """Return s until the next attempt: doubled each time, half of it by chance.

    Args:
        attempts: Failures in a row, from 1.
        wait: s that the other end asks for, of which at most ``LONGEST_WISH`` are heard.
        jitter: 0 to 1, in the place of one that is drawn.
    """
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts - 1, 20))
    own = longest * (0.5 + 0.5 * (random.random() if jitter is None else jitter))
    return max(own, min(wait or 0.0, LONGEST_WISH))
