"""Live tail, the readers' side: who looks at what is said in Redis, and what towers saw is read.

Rule: a watch lives for seconds and is renewed by each look, so that it ends when nobody looks any
more. All that lies in Redis is bounded. ``relaying`` is the towers' side.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from time import time
from typing import Any
from uuid import uuid4

import msgpack

from web.logs.query import MOST_MOCKS, MOST_TEXT, moment
from web.logs.reading import Record
from web.platform import redis
from web.runs.models import Run

LIFE = 10  # s without a look after which nobody watches
MOST_WATCHES = 20  # of one run at a time
MOST_BATCHES = 60  # of records that wait for a look, each of at most relaying.MOST_TOLD
MOST_READ = 500  # records that one look returns about
TIMES = ("scheduled", "sent", "settled")


class TooManyWatch(Exception):
    """As many look at this run as can; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found, oldest first. ``left_out`` counts records that were too many to copy."""

    records: list[Record]
    left_out: int
    after: str  # for the next look


def watches_key(run: int) -> str:
    """Return the hash of all that is watched of a run (the row's id), by the watch's name."""
    return f"mocklot:watches:{run}"


def tail_key(run: int, watch: str) -> str:
    """Return the stream of what was seen for a watch."""
    return f"mocklot:tail:{run}:{watch}"


def watch(run: Run, *, mocks: Iterable[int] = (), reason: str = "", name: str = "") -> str:
    """Say that somebody looks at some mocks, or at one failure reason, for the next ``LIFE`` s.

    Args:
        run: Which run; one that has ended has nothing to tell.
        mocks: Their numbers, at most ``MOST_MOCKS``.
        reason: Why a send failed or a connection was lost, the whole text; with mocks: or of these.
        name: Of a watch that goes on; without one it is new.

    Returns:
        The watch's name.

    Raises:
        TooManyWatch: Others watch already, ``MOST_WATCHES`` of them.
        redis.Unavailable: Redis does not answer.
    """
    connection, key = redis.connection(), watches_key(run.id)
    known: dict[bytes, bytes] = connection.hgetall(key)  # type: ignore[assignment]
    gone = [each for each, data in known.items() if until_of(data) < time()]
    others = {each.decode() for each in known} - {each.decode() for each in gone} - {name}
    if len(others) >= MOST_WATCHES:
        raise TooManyWatch(f"{MOST_WATCHES} people watch this run already. Try again in a minute.")
    name = name or uuid4().hex
    asked = {"mocks": sorted(set(mocks))[:MOST_MOCKS], "reason": reason[:MOST_TEXT]}
    pipe = connection.pipeline(transaction=False)
    if gone:
        pipe.hdel(key, *gone)
    pipe.hset(key, name, msgpack.packb(asked | {"until": time() + LIFE}))
    pipe.expire(key, 2 * LIFE)
    pipe.execute()
    return name


def take(run: Run, name: str, *, after: str = "") -> Seen:
    """Return what was seen for a watch since ``after``, of what is still there.

    Raises:
        redis.Unavailable: Redis does not answer.
    """
    least = f"({after}" if after else "-"
    found: Any = redis.connection().xrange(tail_key(run.id, name), min=least, count=MOST_BATCHES)
    records: list[Record] = []
    left_out = 0
    for place, fields in found:
        after = place.decode()
        left_out += int(fields[b"left_out"])
        records += map(record, msgpack.unpackb(fields[b"records"]))
        if len(records) >= MOST_READ:
            break
    return Seen(records, left_out, after)


def is_place(text: str) -> bool:
    """Whether a text is what ``Seen.after`` says, or empty."""
    parts = text.split("-")
    return not text or (len(parts) == 2 and all(p.isdecimal() and len(p) <= 20 for p in parts))


def record(copy: dict[str, Any]) -> Record:
    """Return a copy as ``simulator.recording.tailing`` makes it as a record."""
    return Record(**copy | {name: moment(copy[name]) for name in TIMES})


def until_of(data: bytes) -> float:
    """Return until when a watch holds, Unix s."""
    return float(msgpack.unpackb(data)["until"])
