"""What the page of one mock's log shows."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from web.logs.reading import EVENTS, RESULTS, Page, Record, mock_records
from web.platform import storage
from web.runs.models import Run

logger = logging.getLogger(__name__)

MOST_SHOWN = 20_000  # characters of a payload that are drawn; the CSV has all of them
NO_STORAGE = "The object store does not answer, so the log cannot be read. Try again in a minute."
LABELS = {
    "acknowledged": "Acknowledged",
    "sent": "Sent",
    "failed": "Failed",
    "connect": "Connected",
    "lost": "Connection lost",
    "status": "Status changed",
}


@dataclass(frozen=True)
class Shown:
    """A record as it is drawn."""

    record: Record
    label: str
    state: str  # of the badge
    payload: str
    is_cut: bool


@dataclass(frozen=True)
class MockPage:
    """A page of one mock's log; ``problem`` is a sentence in its place."""

    records: list[Shown]
    older: int | None
    before: int | None
    only: str
    problem: str = ""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The filters, with what they are called."""
        return list(LABELS.items())

    @property
    def identity(self) -> str:
        """The mock's id, as far as this page tells it."""
        return self.records[0].record.id if self.records else ""


def mock_page(run: Run, mock: int, *, query: Mapping[str, str]) -> MockPage:
    """Return the page that a query string asks for; what makes no sense in it is left out."""
    only = query.get("only", "") if query.get("only") in (*RESULTS, *EVENTS) else ""
    before = query.get("before", "")
    cursor = int(before) if before.isdecimal() and len(before) < 18 else None
    try:
        page = mock_records(run, mock, before=cursor, only=only)
    except (storage.StorageUnavailable, storage.ObjectMissing) as error:
        logger.warning("log not read: %s", error, extra={"run": str(run.code)})
        return MockPage([], None, cursor, only, NO_STORAGE)
    return _shown_page(page, before=cursor, only=only)


def _shown_page(page: Page, *, before: int | None, only: str) -> MockPage:
    return MockPage([shown(record) for record in page.records], page.older, before, only)


def shown(record: Record) -> Shown:
    """Return a record with its payload as people read it."""
    kind = record.result or record.event
    text = readable(record.payload or b"")
    states = {"acknowledged": "ok", "sent": "ok", "failed": "failed", "lost": "failed"}
    return Shown(
        record=record,
        label=LABELS.get(kind, kind),
        state=states.get(kind, ""),
        payload=text[:MOST_SHOWN],
        is_cut=len(text) > MOST_SHOWN,
    )


def readable(payload: bytes) -> str:
    """Return JSON indented, other text as it is, and anything else as a dump of its bytes."""
    try:
        return orjson.dumps(orjson.loads(payload), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        pass
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return payload[: MOST_SHOWN // 3].hex(" ")
