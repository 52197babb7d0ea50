"""What the page of one mock's log shows."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from web.logs.payloads import Readable, readable
from web.logs.reading import Cursor, Page, Query, Record, TooWide, find
from web.platform import storage
from web.runs.access import identity_of
from web.runs.models import Run

logger = logging.getLogger(__name__)

LATE = timedelta(seconds=1)  # from when on it is told how long a message waited
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
    payload: Readable
    device: str  # id of the device behind the mock that it is of; empty: the mock's own
    waited: timedelta | None  # from the plan to the wire, where that is long


@dataclass(frozen=True)
class MockPage:
    """A page of one mock's log; ``problem`` is a sentence in its place."""

    records: list[Shown]
    older: str  # where the next page begins; empty: nowhere
    before: str
    only: str
    identity: str  # the mock's id; empty while nobody has told it
    problem: str = ""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The filters, with what they are called."""
        return list(LABELS.items())


def mock_page(run: Run, mock: int, *, query: Mapping[str, str]) -> MockPage:
    """Return the page that a query string asks for; what makes no sense in it is left out."""
    only = query.get("only", "") if query.get("only") in LABELS else ""
    cursor = Cursor.read(query.get("before", ""))
    identity = identity_of(run, mock)
    wanted = Query(mocks=(mock,), results=(only,) if only else ())
    try:
        page = find(run, wanted, before=cursor)
    except (storage.StorageUnavailable, storage.ObjectMissing) as error:
        logger.warning("log not read: %s", error, extra={"run": str(run.code)})
        return MockPage([], "", str(cursor or ""), only, identity, NO_STORAGE)
    except TooWide as wide:
        return MockPage([], "", str(cursor or ""), only, identity, str(wide))
    words = formats_in(run, mock)
    records = [shown(record, words=words, identity=identity) for record in page.records]
    return MockPage(
        records, str(page.more or ""), str(cursor or ""), only, identity or own_id(page)
    )


def formats_in(run: Run, mock: int) -> Mapping[str, str]:
    """Return the words of the mock's messages that are no text, as the run's start noted them."""
    for part in run.parts:
        if part["first"] <= mock < part["first"] + part["count"]:
            return part.get("formats", {})  # type: ignore[no-any-return]
    return {}


def own_id(page: Page) -> str:
    """Return the id of the page's records while these are all of one device, else nothing."""
    names = {record.id for record in page.records}
    return names.pop() if len(names) == 1 else ""


def shown(record: Record, *, words: Mapping[str, str], identity: str) -> Shown:
    """Return a record with its payload as people read it."""
    kind = record.result or record.event
    states = {"acknowledged": "ok", "sent": "ok", "failed": "failed", "lost": "failed"}
    word, waited = words.get(record.message, ""), record.sent - record.scheduled
    return Shown(
        record=record,
        label=LABELS.get(kind, kind),
        state=states.get(kind, ""),
        payload=kept(record, word=word),
        device=record.id if identity and record.id != identity else "",
        waited=waited if record.sequence is not None and waited >= LATE else None,
    )


def kept(record: Record, *, word: str) -> Readable:
    """Return what the log has of a record's payload, and says of the rest.

    ``word`` is that of its message, where it is no text.
    """
    known, size = record.payload, record.size
    if record.digest is not None:
        return Readable((f"{size:,} bytes", f"SHA-256 {record.digest.hex()}"))
    if known is None and size:
        return Readable((f"{size:,} bytes, not kept",))
    whole = readable(known or b"", word=word, address=record.address)
    if known is None or size is None or len(known) >= size:
        return whole
    return replace(whole, facts=(*whole.facts, f"the first {len(known):,} of {size:,} bytes"))
