"""Dead letters: records that were refused for good, kept to be looked at, sent again or discarded.

Rule: the object comes before the row; what finds no room is counted, and not kept.
"""

import gzip
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from web.drains.documents import Line, lines_from, text_of
from web.drains.models import Drain, Letter
from web.drains.senders.base import Refusal
from web.platform import storage
from web.runs.models import Run

MOST = 500  # letters of a drain; then somebody has to look at them
SHOWN = 50  # records of a letter that its page shows
MOST_SHOWN = 4_000  # characters of one of them
CONTENT_TYPE = "application/gzip"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a letter's page shows of its records; ``problem`` is a sentence in their place."""

    records: tuple[str, ...] = ()  # JSON, indented
    problem: str = ""


def letters_of(drain: Drain, run: Run, name: str, refusals: Iterable[Refusal]) -> list[Letter]:
    """Put refused records into our store, and return the rows of them, which are not saved yet.

    Args:
        drain: Whose they are.
        run: Whose records they are.
        name: Of what was sent, the same when it is sent again: so is the object's key.
        refusals: Each with its reason; those of one reason become one letter.

    Raises:
        StorageUnavailable: Our object store does not answer.
    """
    by_reason: dict[str, list[Line]] = defaultdict(list)
    for refusal in refusals:
        by_reason[refusal.reason] += refusal.lines
    room = MOST - drain.letters.count() if by_reason else 0
    return [
        letter_of(drain, run, f"{name}/{reason}", lines, reason)
        for reason, lines in list(by_reason.items())[: max(0, room)]
    ]


def letter_of(drain: Drain, run: Run, name: str, lines: list[Line], reason: str) -> Letter:
    """Return one letter, whose object is stored."""
    key = f"{drain.prefix}dead/{sha256(name.encode()).hexdigest()[:32]}.jsonl.gz"
    return Letter(
        drain=drain,
        run=run,
        run_name=run.name,
        reason=reason[:500],
        records=len(lines),
        size=store(key, lines),
        key=key,
    )


def store(key: str, lines: list[Line]) -> int:
    """Put records into our store; return the bytes of their object."""
    data = gzip.compress(text_of(lines), mtime=0)
    storage.put(key, data, content_type=CONTENT_TYPE)
    return len(data)


def lines_of(letter: Letter) -> list[Line]:
    """Return the records of a letter.

    Raises:
        ObjectMissing: They are gone.
        StorageUnavailable: Our object store does not answer.
    """
    return lines_from(gzip.decompress(storage.get(letter.key)))


def contents_of(letter: Letter) -> Contents:
    """Return the first records of a letter for its page."""
    try:
        lines = lines_of(letter)[:SHOWN]
    except storage.ObjectMissing:
        return Contents(problem="These records are not in the object store any more.")
    except storage.StorageUnavailable:
        return Contents(problem="The object store does not answer. Try again in a minute.")
    return Contents(tuple(shown(line) for line in lines))


def shown(line: Line) -> str:
    """Return a record as people read it."""
    document: Any = orjson.loads(line.data)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()[:MOST_SHOWN]
