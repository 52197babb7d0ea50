"""The log of a run: every record of every mock, searched and in pages."""

from base64 import b64encode
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from web.api.door import VIEWER, KeyRequest, count
from web.api.paging import LONGEST, MOST, USUAL, wrong_cursor
from web.api.problems import Invalid
from web.logs.access import mock_of
from web.logs.forms import MOST_WORDS, MocksField
from web.logs.query import MOST_TEXT
from web.logs.query import Query as Records
from web.logs.reading import Cursor, Record, find
from web.platform.limiting import SEARCH
from web.runs.access import run_of
from web.runs.models import Run

router = Router(tags=["Log"])
Result = Literal["acknowledged", "sent", "failed", "send", "connect", "lost", "status", "moved",
                 "gap"]  # fmt: skip


class RecordTold(Schema):
    """One record; docs/reference/log.md says what each column means."""

    event: str
    mock: int
    id: str
    sequence: int | None
    status: str
    message: str
    address: str
    payload: str | None = Field(description="null: none, or not kept.")
    encoding: str = Field(description="How payload is written: utf-8 or base64.")
    size: int | None = Field(description="Bytes of the payload as it was sent.")
    digest: str | None = Field(description="SHA-256 of the payload, hex, where only that is kept.")
    scheduled: datetime
    sent: datetime
    settled: datetime
    result: str
    reason: str
    fault: str
    latency: float | None = Field(description="s, of what was acknowledged")


class LogTold(Schema):
    """A page of a log. It may hold few records, even none, and still have a next one."""

    items: list[RecordTold]
    next: str | None
    searched: datetime | None = Field(
        description="Up to where the look came, where it ended at its limits."
    )


class Wished(Schema):
    """Which records: those that are all of what is said."""

    since: AwareDatetime | None = Field(None, description="`sent` from then on.")
    until: AwareDatetime | None = Field(None, description="`sent` before then.")
    result: list[Result] = Field([], max_length=9, description="One of them is enough.")
    reason: str = Field("", max_length=MOST_TEXT, description="The whole reason.")
    text: str = Field("", max_length=MOST_TEXT, description="Part of the payload.")
    message: str = Field("", max_length=MOST_TEXT)
    status: str = Field("", max_length=MOST_TEXT)


class MocksWished(Wished):
    """Which records of which mocks."""

    mock: str = Field("", max_length=MOST_WORDS, description="Numbers, ranges, ids: 3, 17-19, cc-1")


class Turned(Schema):
    """Which page, in which order."""

    order: Literal["newest", "oldest"] = "newest"
    limit: int = Field(USUAL, ge=1, le=MOST, description="Records of a page, about.")
    cursor: str = Field("", max_length=LONGEST, description="`next` of the page before.")


@router.get("runs/{uuid:run}/log", response=LogTold, **VIEWER)
def run_log(
    request: KeyRequest, run: UUID, wished: Query[MocksWished], page: Query[Turned]
) -> LogTold:
    """Get records of a run."""
    found = run_of(request.workspace, run)
    return looked(request, found, query_of(found, wished), page)


@router.get("runs/{uuid:run}/mocks/{int:mock}/log", response=LogTold, **VIEWER)
def mock_log(
    request: KeyRequest, run: UUID, mock: int, wished: Query[Wished], page: Query[Turned]
) -> LogTold:
    """Get records of one mock."""
    found = run_of(request.workspace, run)
    return looked(request, found, query_of(found, wished, mocks=(mock_of(found, mock),)), page)


def query_of(run: Run, wished: Wished, *, mocks: tuple[int, ...] = ()) -> Records:
    """Return what is asked of a log.

    Raises:
        Invalid: The end does not come after the beginning, or the run has no such mock.
    """
    if wished.since and wished.until and wished.since >= wished.until:
        raise wrong_filter("until", "The end must come after the beginning.")
    words = getattr(wished, "mock", "")
    said: dict[str, Any] = wished.model_dump(exclude={"mock", "result"})
    try:
        named = MocksField(run).clean(words) if words else mocks
    except ValidationError as wrong:
        raise wrong_filter("mock", " ".join(wrong.messages)) from wrong
    return Records(mocks=named, results=tuple(wished.result), **said)


def wrong_filter(name: str, what: str) -> Invalid:
    """Return what is said of a filter that cannot be."""
    return Invalid(what, {"detail": what, "pointer": f"/{name}", "in": "query"})


def looked(request: KeyRequest, run: Run, query: Records, page: Turned) -> LogTold:
    """Return a page of what a query finds."""
    count(request, SEARCH)
    here = Cursor.read(page.cursor) if page.cursor else None
    if page.cursor and here is None:
        raise wrong_cursor()
    is_rising = page.order == "oldest"
    found = find(
        run,
        query,
        before=None if is_rising else here,
        after=here if is_rising else None,
        is_rising=is_rising,
        limit=page.limit,
    )
    return LogTold(
        items=[tell(record) for record in found.records],
        next=str(found.more) if found.more else None,
        searched=found.searched,
    )


SAME = ("event", "mock", "id", "sequence", "status", "message", "address", "size", "scheduled",
        "sent", "settled", "result", "reason", "fault")  # fmt: skip


def tell(record: Record) -> RecordTold:
    """Return what is told of a record."""
    payload, encoding = readable(record.payload)
    return RecordTold(
        payload=payload,
        encoding=encoding,
        digest=record.digest.hex() if record.digest is not None else None,
        latency=record.latency.total_seconds() if record.latency is not None else None,
        **{name: getattr(record, name) for name in SAME},
    )


def readable(payload: bytes | None) -> tuple[str | None, str]:
    """Return a payload as text, and how it is written; bytes that are no UTF-8 in base64."""
    if payload is None:
        return None, "utf-8"
    try:
        return payload.decode(), "utf-8"
    except UnicodeDecodeError:
        return b64encode(payload).decode(), "base64"
