"""Usage as CSV (RFC 4180): a workspace's runs of a month, and all workspaces of a month.

Rule: streamed, and bounded: what is longer comes in parts. Amounts are plain numbers with a point,
moments are of UTC, and no cell is taken for a formula.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import chain

from django.http import StreamingHttpResponse

from web.accounts.models import Workspace
from web.audit.exporting import harmless
from web.usage import access
from web.usage.access import Used
from web.usage.costs import Line
from web.usage.items import KEPT_LOGS, MESSAGES, MOCK_HOURS
from web.usage.months import named
from web.usage.pages import charged_in, total_of
from web.usage.prices import prices_in

MOST = 20_000  # rows of a part: some 3 MB, made in about 0.5 s
BLOCK = 1_000  # rows of a query
HOUR = 3_600.0  # s
CONTENT_TYPE = "text/csv; charset=utf-8"
Cells = Sequence[object]

RUN_HEADINGS = ("run", "name", "started_at", "month", "until", "mocks", "mock_seconds", "messages",
                "failed", "payload_bytes", "bytes_out", "bytes_in", "log_bytes", "towers",
                "tower_seconds")  # fmt: skip
BILLING_HEADINGS = ("month", "workspace", "name", "runs", "mock_hours", "messages", "failed",
                    "payload_bytes", "bytes_out", "bytes_in", "log_bytes_written",
                    "log_gigabyte_months", "log_bytes_peak", "tower_seconds", "mails", "currency",
                    "messages_amount", "mock_hours_amount", "logs_amount", "total")  # fmt: skip


class Echo:
    """Gives back what is written to it, for csv to write a line at a time."""

    def write(self, text: str) -> str:
        """Return the text."""
        return text


def parts_of(count: int) -> range:
    """Return the numbers of the parts that so many rows come in."""
    return range(1, -(-count // MOST) + 1)


def runs_of(workspace: Workspace, month: date, *, part: int = 1) -> Iterator[Cells]:
    """Yield the headings, and a line for each run of a month, the oldest first."""
    yield RUN_HEADINGS
    rows = access.uses_of(workspace, month).order_by("id")
    first = (part - 1) * MOST
    ids = list(rows.values_list("id", flat=True)[first : first + MOST])
    for start in range(0, len(ids), BLOCK):
        block = ids[start : start + BLOCK]
        for use in rows.filter(id__gte=block[0], id__lte=block[-1]).select_related(None):
            yield (
                use.run_code, use.run_name, moment(use.started_at), named(use.month),
                moment(use.until), use.mocks, use.mock_seconds, use.messages, use.failed,
                use.bytes, use.bytes_out, use.bytes_in, use.log_bytes, use.towers,
                f"{use.tower_seconds:.1f}",
            )  # fmt: skip


def billing(month: date) -> Iterator[Cells]:
    """Yield the headings, and a line for each workspace that used anything in a month."""
    yield BILLING_HEADINGS
    prices = prices_in(month)
    for used in access.all_in(month):
        yield (*_used(used), prices.currency, *_amounts(charged_in(used, prices)))


def _used(used: Used) -> Cells:
    return (
        named(used.month), used.code, used.name, used.runs, f"{used.mock_hours:.4f}", used.messages,
        used.failed, used.bytes, used.bytes_out, used.bytes_in, used.log_bytes,
        f"{used.gigabyte_months:.6f}", used.peak_bytes, f"{used.tower_seconds:.1f}", used.mails,
    )  # fmt: skip


def _amounts(lines: Sequence[Line]) -> Cells:
    """Return what is charged for each item, and in all; empty where it has no price."""
    known = {line.title: line.amount for line in lines}
    titles = (item.title for item in (MESSAGES, MOCK_HOURS, KEPT_LOGS))
    cells = [f"{known[title]:.4f}" if known.get(title) is not None else "" for title in titles]
    return (*cells, f"{total_of(lines):.2f}" if lines else "")


def moment(at: datetime) -> str:
    """Return a moment in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def lines(rows: Iterable[Cells]) -> Iterator[str]:
    """Yield rows as lines of CSV."""
    writer = csv.writer(Echo())
    for row in rows:
        yield writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])


def answer(rows: Iterator[Cells], *, name: str) -> StreamingHttpResponse:
    """Return rows as a file of that name; the first ones are made before it begins."""
    begun = lines(rows)
    first = next(begun)
    response = StreamingHttpResponse(chain([first], begun), content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
