"""What the pages of a log show: of one mock, of a whole run, and live."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from web.logs.forms import LABELS, SearchForm
from web.logs.payloads import Readable, readable
from web.logs.reading import Cursor, Record, TooWide, find
from web.platform import storage
from web.runs.access import identity_of
from web.runs.models import Run

logger = logging.getLogger(__name__)

LATE = timedelta(seconds=1)  # from when on it is told how long a message waited
NO_STORAGE = "The object store does not answer, so the log cannot be read. Try again in a minute."


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
class LogPage:
    """A page of a run's log, or of one mock's; ``problem`` is a sentence in its place."""

    form: SearchForm
    records: list[Shown]
    more: str = ""  # where the next page begins; empty: nowhere
    here: str = ""  # where this one does; empty: at the first record
    searched: datetime | None = None  # up to where the look came that ended at its limits
    identity: str = ""  # the mock's id; empty while nobody has told it
    problem: str = ""

    @property
    def cursor(self) -> str:
        """What the places of pages are called in the query string."""
        return "after" if self.form.is_rising else "before"

    @property
    def is_filter(self) -> bool:
        """Whether any record is left out."""
        return any(value for name, value in self.form.data.items() if name in self.form.fields)

    @property
    def asked(self) -> str:
        """The query string of the same records elsewhere: live, or as a file."""
        said = {name: self.form.data.get(name, "") for name in self.form.fields if name != "order"}
        return urlencode({name: value for name, value in said.items() if value})


def log_page(run: Run, *, query: Mapping[str, str], mock: int | None = None) -> LogPage:
    """Return the page that a query string asks for.

    Args:
        run: Whose log it is.
        query: Names of ``SearchForm``'s fields, ``before`` or ``after``; a place that makes no
            sense is left out.
        mock: The number of the one mock whose page it is; None: of all.
    """
    form = SearchForm(run, query, mock=mock)
    if not form.is_valid():
        return LogPage(form, [], identity=_identity(run, mock))
    name = "after" if form.is_rising else "before"
    here = Cursor.read(query.get(name, ""))
    try:
        if form.is_rising:
            page = find(run, form.query, after=here, is_rising=True)
        else:
            page = find(run, form.query, before=here)
    except (storage.StorageUnavailable, storage.ObjectMissing) as error:
        logger.warning("log not read: %s", error, extra={"run": str(run.code)})
        return LogPage(form, [], here=_text(here), problem=NO_STORAGE)
    except TooWide as wide:
        return LogPage(form, [], here=_text(here), problem=str(wide))
    return LogPage(
        form,
        records=shown_of(run, page.records, mock=mock),
        more=_text(page.more),
        here=_text(here),
        searched=page.searched,
        identity=_identity(run, mock) or own_id(page.records, mock),
    )


def shown_of(run: Run, records: Sequence[Record], *, mock: int | None = None) -> list[Shown]:
    """Return records as they are drawn, each with what its part of the run says of payloads."""
    identity = _identity(run, mock)
    return [
        shown(record, words=formats_in(run, record.mock), identity=identity) for record in records
    ]


def _identity(run: Run, mock: int | None) -> str:
    return "" if mock is None else identity_of(run, mock)


def _text(cursor: Cursor | None) -> str:
    return str(cursor) if cursor else ""


def formats_in(run: Run, mock: int) -> Mapping[str, str]:
    """Return the words of the mock's messages that are no text, as the run's start noted them."""
    return run.part_of(mock).get("formats", {})  # type: ignore[no-any-return]


def own_id(records: Sequence[Record], mock: int | None) -> str:
    """Return the id of one mock's records while these are all of one device, else nothing."""
    names = {record.id for record in records} if mock is not None else set()
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
