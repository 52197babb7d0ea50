"""Makes an edition: the records of a period from the logs of all runs, streamed, then the mails.

Rule: as a report, one attempt at a time. Memory is bounded however many records there are: a batch
is read, written and forgotten.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

import pyarrow as pa
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from web.logs import index
from web.logs.models import Chunk
from web.logs.query import SEND, Query
from web.logs.reading import batches
from web.platform import follower, storage
from web.reports.forms import Form, form_of
from web.reports.making import Making, Part, claim, mine, work_on
from web.reports.models import Content, Edition, ReportState
from web.reports.standing import telling
from web.runs.models import Run

MOST_TRIES = 5  # after failures that may pass: with the waits below an hour or so
FIRST_WAIT = timedelta(minutes=2)
RESULTS: dict[str, tuple[str, ...]] = {
    Content.SENDS: (SEND,),
    Content.FAILED: ("failed",),
    Content.ALL: (),
}


def make(code: UUID, *, now: datetime | None = None) -> None:
    """Make the edition if it waits and may be tried now, and mail its link to who gets the report.

    A failure is kept as a sentence and told; only our own bugs are raised.
    """
    may = Q(not_before=None) | Q(not_before__lte=now or timezone.now())
    rows = Edition.objects.select_related("standing__workspace", "standing__created_by")
    edition = claim(rows.filter(may), code, looked=0)
    if edition is not None:
        work_on(
            edition,
            making_of(edition),
            done=finish,
            failed=lambda reason, may_pass: fail(edition, reason, may_pass=may_pass),
        )


def making_of(edition: Edition) -> Making:
    """Return the work that an edition is."""
    standing = edition.standing
    form = form_of(standing.form, run="", is_packed=standing.is_packed)
    prefix = f"{standing.prefix}{edition.code}-"
    return Making(edition, form, lambda look: records(edition, form, look), prefix=prefix)


def query_of(edition: Edition) -> Query:
    """Return which records of each run an edition has."""
    results = RESULTS[edition.standing.content]
    return Query(since=edition.begin, until=edition.end, results=results)


def runs_of(edition: Edition) -> list[Run]:
    """Return the runs whose logs have something of a period, in the order of their start."""
    of_period = Chunk.objects.filter(
        run=OuterRef("pk"), last__gte=edition.begin, first__lt=edition.end
    )
    runs = Run.objects.filter(workspace=edition.standing.workspace, deleted=None)
    wanted = runs.filter(Exists(of_period)).order_by("created", "id")
    return follower.read(lambda database: list(wanted.using(database)), is_exact=True)


def records(edition: Edition, form: Form, look: Callable[[int], None]) -> Generator[pa.RecordBatch]:
    """Yield the records of a period, run after run; the form is told of which run they are."""
    query, runs = query_of(edition), runs_of(edition)
    chunks = [index.candidates(run, query) for run in runs]
    total = sum(sum(each.values_list("rows", flat=True)) for each in chunks)
    mine(edition).update(looked_total=total)
    for run in runs:
        form.of_run(str(run.code))
        yield from batches(run, query, told=look)


def finish(edition: Edition, parts: Sequence[Part]) -> None:
    """Put the files in force and the mails into the outbox, both or neither."""
    rows = sum(part.rows for part in parts)
    with transaction.atomic():
        ready = mine(edition).update(
            state=ReportState.READY,
            parts=[asdict(part) for part in parts] if rows else [],
            rows=rows,
            size=sum(part.size for part in parts) if rows else 0,
            finished_at=timezone.now(),
            is_mailed=True,
        )
        if ready:
            edition.refresh_from_db()
            telling.tell_ready(edition)
    if not ready or not rows:  # overtaken, or a first line alone
        for part in parts:
            storage.delete(part.key)


def fail(edition: Edition, reason: str, *, may_pass: bool) -> None:
    """Try an edition again later if that may help; else keep why it failed, and tell of it."""
    if may_pass and edition.tries < MOST_TRIES:
        wait = FIRST_WAIT * 2**edition.tries
        mine(edition).update(
            state=ReportState.QUEUED,
            tries=F("tries") + 1,
            not_before=timezone.now() + wait,
            reason=reason,
        )
        return
    with transaction.atomic():
        if mine(edition).update(state=ReportState.FAILED, reason=reason):
            telling.tell_failure(edition, reason)
