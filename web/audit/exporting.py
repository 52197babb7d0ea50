"""Makes a CSV file of the audit log, streamed into the object store.

Rule: one attempt at a time; one that was overtaken writes nothing more.
"""

import csv
import io
import logging
from collections.abc import Iterator
from datetime import UTC, timedelta
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from web.audit.access import Query, entries_of
from web.audit.models import Entry, Export, ExportState
from web.platform import storage
from web.reports.upload import upload

logger = logging.getLogger(__name__)

SILENT = timedelta(minutes=2)  # a job that says nothing for so long is dead
BLOCK = 2_000  # rows of a block; some 500 kB
CONTENT_TYPE = "text/csv; charset=utf-8"
HEADINGS = [
    "at",
    "who",
    "via",
    "action",
    "about",
    "code",
    "words",
    "address",
    "user_agent",
    "request_id",
]
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute
NO_STORAGE = "The object store did not answer. Try again in a minute."


def make(code: UUID) -> None:
    """Make the file if it waits. A failure is kept as a sentence; only our own bugs are raised."""
    export = claim(code)
    if export is None:
        return
    key = f"{export.prefix}-{export.attempt}.csv"
    try:
        size = upload(key, blocks(export), content_type=CONTENT_TYPE)
    except storage.StorageUnavailable as down:
        logger.warning("audit export failed: %s", down)
        mine(export).update(state=ExportState.FAILED, reason=NO_STORAGE)
        return
    except BaseException:
        mine(export).update(state=ExportState.FAILED, reason="An error of ours. It is logged.")
        raise
    if not mine(export).update(state=ExportState.READY, key=key, size=size):
        storage.delete(key)


def claim(code: UUID) -> Export | None:
    """Return the export for this job alone to make, or None when it is not waiting."""
    now = timezone.now()
    silent = Q(state=ExportState.RUNNING, worked_at__lt=now - SILENT)
    taken = Export.objects.filter(Q(state=ExportState.QUEUED) | silent, code=code).update(
        state=ExportState.RUNNING, attempt=F("attempt") + 1, worked_at=now, rows=0, reason=""
    )
    return Export.objects.select_related("workspace").get(code=code) if taken else None


def mine(export: Export):  # type: ignore[no-untyped-def]
    """Return the row, as long as no other attempt has begun."""
    return Export.objects.filter(id=export.id, attempt=export.attempt, state=ExportState.RUNNING)


def blocks(export: Export) -> Iterator[bytes]:
    """Yield the file, newest entry first, in pieces; the progress is kept after each."""
    yield text([HEADINGS])
    rows = entries_of(export.workspace, Query.from_json(export.query))
    done, last = 0, None
    while page := list(after(rows, last)[:BLOCK]):
        yield text([cells(entry) for entry in page])
        done, last = done + len(page), page[-1]
        mine(export).update(rows=done, worked_at=timezone.now())


def after(rows, last: Entry | None):  # type: ignore[no-untyped-def]
    """Return the entries that follow ``last``; a cursor would not outlive a pooler."""
    return rows if last is None else rows.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.id))


def cells(entry: Entry) -> list[str]:
    """Return one line of the file; the moment in UTC."""
    moment = entry.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    code = str(entry.about_code or "")
    told = (entry.who, entry.via, entry.action, entry.about, code, entry.words, entry.address)
    return [moment, *(harmless(cell) for cell in (*told, entry.agent, entry.request_id))]


def harmless(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def text(rows: list[list[str]]) -> bytes:
    """Return rows as CSV (RFC 4180)."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()
