"""Makes a report: from chunks to a file to the object store, streamed, then the mail.

Rule: one attempt at a time; an attempt that was overtaken writes nothing more.
"""

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Protocol, TypeAlias, TypeVar
from uuid import UUID

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from web.logs.reading import Query, batches
from web.mail.actions import post
from web.platform import large_files, storage
from web.reports.access import link_token
from web.reports.forms import Form, form_of
from web.reports.models import Made, Report, ReportState
from web.reports.upload import Overtaken, upload

logger = logging.getLogger(__name__)

_SILENT = timedelta(minutes=2)  # a job that says nothing for so long is dead
TELL_EVERY = 1.0  # s between two writes of the progress
PART_BYTES = 1_000_000_000  # after which a new part begins; a batch, some 30 MB, may go above
Batch: TypeAlias = pa.RecordBatch | None
Source: TypeAlias = Callable[[Callable[[int], None]], Generator[pa.RecordBatch]]
NO_STORAGE = "The object store did not answer. Try again in a minute."
GONE = "Part of the log is not in the object store any more."


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file in the store; ``size`` is bytes."""

    key: str
    size: int
    rows: int


def make(code: UUID) -> None:
    """Make the report if it waits, and mail its link to who asked for it.

    A failure is kept on the report as a sentence; only our own bugs are raised.
    """
    rows = Report.objects.select_related("run", "asked_by", "workspace")
    report = claim(rows, code, looked=0)
    if report is not None:
        work_on(
            report, making_of(report), done=finish, failed=lambda reason, _: fail(report, reason)
        )


def making_of(report: Report) -> "Making":
    """Return the work that a report is."""
    form = form_of(report.form, run=str(report.run.code), is_packed=report.is_packed)
    query = Query.from_json(report.query)
    return Making(
        report, form, lambda look: batches(report.run, query, told=look), prefix=report.prefix
    )


# A row that says in which attempt it is made: ``code state reason attempt worked_at rows``, with
# the words of ``ReportState``.
Row = TypeVar("Row", bound=Model)


class Work(Protocol):
    """How files are made: ``Making`` is one."""

    parts: list[Part]

    def make(self) -> None: ...
    def clear(self) -> None: ...


def work_on(
    row: Row,
    work: Work,
    *,
    done: Callable[[Row, Sequence[Part]], None],
    failed: Callable[[str, bool], None],
) -> None:
    """Make a file that was claimed.

    Args:
        row: What is made; this attempt's.
        work: How.
        done: Is called with the parts of what is complete.
        failed: Is called with a sentence, and whether it may pass by itself.
    """
    try:
        work.make()
    except Overtaken:
        logger.info("overtaken: %s", row)
    except storage.StorageUnavailable as down:
        logger.warning("not made: %s: %s", row, down)
        failed(NO_STORAGE, True)
    except storage.ObjectMissing as missing:
        logger.warning("not made: %s: %s", row, missing)
        failed(GONE, False)
    except BaseException:
        failed("An error of ours. It is logged; try again, or tell us.", False)
        raise
    else:
        done(row, work.parts)
        return
    work.clear()


def claim(rows: QuerySet[Row], code: UUID, **anew: int) -> Row | None:
    """Return the row for this job alone to make, or None when it is not waiting; ``anew`` are
    counts beside ``rows`` that begin with each attempt."""
    taken = rows.filter(Q(state=ReportState.QUEUED) | silent(), code=code).update(
        state=ReportState.RUNNING,
        attempt=F("attempt") + 1,
        worked_at=Now(),
        rows=0,
        reason="",
        **anew,
    )
    return rows.get(code=code) if taken else None


def silent(now: datetime | None = None) -> Q:
    """Return which rows have jobs that died, by the database's date."""
    return Q(state=ReportState.RUNNING, worked_at__lt=(now or Now()) - _SILENT)


def tell(row: Model, **progress: int) -> None:
    """Keep how far this attempt is, and that it is alive.

    Raises:
        Overtaken: The row was cancelled or deleted, or another attempt has begun.
    """
    if not mine(row).update(**progress, worked_at=Now()):
        raise Overtaken(f"another attempt is at work, or nobody wants it any more: {row}")


class Making:
    """One attempt at a file: part after part, none much above ``PART_BYTES``."""

    def __init__(self, row: Made, form: Form, source: Source, *, prefix: str) -> None:
        """
        Args:
            row: What is made.
            form: Of the file.
            source: Takes a function that is told how many records were gone through, and yields
                those that belong in the file.
            prefix: What the keys of all attempts begin with; the attempt and the part follow.
        """
        self.parts: list[Part] = []
        self._row = row
        self._form = form
        self._source = source
        self._prefix, self._stem = prefix, f"{prefix}{row.attempt}-"
        self._rows = 0  # in the file
        self._looked = 0  # gone through
        self._told = monotonic()

    def make(self) -> None:
        """Write all parts.

        Raises:
            Overtaken: The report was cancelled or deleted, or another attempt has begun.
            StorageUnavailable: The log could not be read, or the file not be written.
            ObjectMissing: A part of the log is gone.
        """
        self._clear_before()
        with closing(self._source(self._look)) as found:
            following = next(found, None)
            while following is not None or not self.parts:
                following = self._part(following, found)
        self._tell()

    def clear(self) -> None:
        """Remove what was written."""
        for part in self.parts:
            with suppress(storage.StorageUnavailable):
                storage.delete(part.key)

    def _clear_before(self) -> None:
        """Remove what attempts before this one left: a job that is killed clears nothing.

        Raises:
            StorageUnavailable: The store does not answer.
        """
        if self._row.attempt == 1:
            return
        old = [key for key in storage.keys(self._prefix) if not key.startswith(self._stem)]
        for key in old:
            storage.delete(key)
        for key, name, _ in large_files.unfinished(self._prefix):
            if not key.startswith(self._stem):
                large_files.abort(key, name)

    def _part(self, first: Batch, rest: Iterator[pa.RecordBatch]) -> Batch:
        """Write one part; return the first batch of the next, None at the end."""
        before = self._rows
        key = f"{self._stem}{len(self.parts) + 1}.{self._form.suffix}"
        content = _Content(first, rest, self._form, self._wrote)
        size = upload(key, content.blocks(), content_type=self._form.content_type)
        self.parts.append(Part(key, size, self._rows - before))
        return content.following

    def _wrote(self, rows: int) -> None:
        self._rows += rows
        self._tell_sometimes()

    def _look(self, rows: int) -> None:
        self._looked += rows
        self._tell_sometimes()

    def _tell_sometimes(self) -> None:
        if monotonic() - self._told >= TELL_EVERY:
            self._tell()

    def _tell(self) -> None:
        """Keep the progress.

        Raises:
            Overtaken: The report was cancelled or deleted, or another attempt has begun.
        """
        self._told = monotonic()
        tell(self._row, rows=self._rows, looked=self._looked)


class _Content:
    """The bytes of one part, and the batch that found no room in it."""

    def __init__(
        self,
        first: Batch,
        rest: Iterator[pa.RecordBatch],
        form: Form,
        wrote: Callable[[int], None],
    ) -> None:
        self.following = first
        self._rest = rest
        self._form = form
        self._wrote = wrote

    def blocks(self) -> Iterator[bytes]:
        """Yield the part in pieces of some MB; one batch at least, while there is one."""
        head = self._form.begin()
        size = 0
        yield head
        while self.following is not None and size < PART_BYTES:
            block = self._form.lines(self.following)
            size += len(block)
            yield block
            self._wrote(self.following.num_rows)
            self.following = next(self._rest, None)
        yield self._form.end()


def finish(report: Report, parts: Sequence[Part]) -> None:
    """Put the file in force and the mail into the outbox, both or neither."""
    with transaction.atomic():
        ready = mine(report).update(
            state=ReportState.READY,
            key=parts[0].key,
            parts=[asdict(part) for part in parts],
            rows=sum(part.rows for part in parts),
            size=sum(part.size for part in parts),
            finished_at=timezone.now(),
        )
        if ready and report.is_mailed:
            mail_link(report)
    if not ready:
        for part in parts:
            storage.delete(part.key)


def mail_link(report: Report) -> None:
    """Mail who asked for the report; nobody, when they are gone."""
    report.refresh_from_db()
    if report.asked_by is None:
        return
    path = reverse("report_link", args=[report.code, link_token(report)])
    post(
        report.asked_by.email,
        f"Your {report.get_form_display()} report of {report.run.name}",
        "mail/report",
        {"report": report, "run": report.run, "link": settings.SITE_URL + path},
        workspace=report.workspace,
    )


def fail(report: Report, reason: str) -> None:
    """Keep why it failed; the page offers to try again."""
    mine(report).update(state=ReportState.FAILED, reason=reason)


def mine(row: Any) -> QuerySet[Any]:
    """Return the row, as long as this attempt is the one that counts."""
    rows: QuerySet[Any] = type(row)._default_manager.all()
    return rows.filter(id=row.pk, attempt=row.attempt, state=ReportState.RUNNING)
