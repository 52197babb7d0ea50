"""Makes a CSV file of the audit log, streamed into the object store.

Rule: one attempt at a time; one that was overtaken writes nothing more.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC
from uuid import UUID

from django.db.models import Q

from web.audit.access import Query, entries_of
from web.audit.models import Entry, Export, ExportState
from web.platform import storage
from web.reports.making import Part, claim, mine, tell, work_on
from web.reports.upload import upload

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


def make(code: UUID) -> None:
    """Make the file if it waits. A failure is kept as a sentence; only our own bugs are raised."""
    export = claim(Export.objects.select_related("workspace"), code)
    if export is not None:
        work_on(export, Making(export), done=finish, failed=lambda reason, _: fail(export, reason))


class Making:
    """One attempt at a file."""

    def __init__(self, export: Export) -> None:
        self.parts: list[Part] = []
        self._export = export
        self._rows = 0

    def make(self) -> None:
        """Write the file, newest entry first; the progress is kept after each piece.

        Raises:
            Overtaken: The export was deleted, or another attempt has begun.
            StorageUnavailable: It cannot be written.
        """
        key = f"{self._export.prefix}-{self._export.attempt}.csv"
        size = upload(key, self._blocks(), content_type=CONTENT_TYPE)
        self.parts.append(Part(key, size, self._rows))

    def clear(self) -> None:
        """Nothing to remove: what is not complete is no object."""

    def _blocks(self) -> Iterator[bytes]:
        yield text([HEADINGS])
        rows = entries_of(self._export.workspace, Query.from_json(self._export.query))
        last = None
        while page := list(after(rows, last)[:BLOCK]):
            yield text([cells(entry) for entry in page])
            self._rows, last = self._rows + len(page), page[-1]
            tell(self._export, rows=self._rows)


def finish(export: Export, parts: Sequence[Part]) -> None:
    """Put the file in force, unless another attempt has begun."""
    [made] = parts
    if not mine(export).update(state=ExportState.READY, key=made.key, size=made.size):
        storage.delete(made.key)


def fail(export: Export, reason: str) -> None:
    """Keep why it failed; the page offers to try again."""
    mine(export).update(state=ExportState.FAILED, reason=reason)


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
