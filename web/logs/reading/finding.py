"""Finds records: the newest or the oldest that match, chunk by chunk in order of time.

Rule: what one call reads has a limit; it then says how far it looked, and where to go on. Threads
read the store, the caller's thread the database.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from web.logs import index
from web.logs.models import Chunk
from web.logs.query import ALL, Cursor, Query, microseconds, moment
from web.logs.reading.looking import NOTHING, Hits, Look
from web.logs.reading.matching import Match
from web.logs.reading.objects import Meter
from web.logs.reading.record import Record
from web.platform import follower
from web.platform.deadlines import carried
from web.platform.storage import ObjectMissing
from web.runs.models import Run

PAGE = 50  # records that are shown together
THREADS = 8  # chunks that are read at once
FIRST_WAVE = 2  # chunks that are looked into together at first; doubled each time
END = 2**63 - 1  # the last key
NEEDED = ("key", "size", "footer", "first", "last")  # of an index row


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call reads at most, roughly: it ends between two looks, once it has got anywhere.

    All chunks of one moment must be looked into to get anywhere; ``most`` is a limit for that too.
    """

    chunks: int = 400
    bytes: int = 20_000_000
    text_bytes: int = 60_000_000  # where payloads are searched for a text
    seconds: float = 4.0
    most: int = 3  # times these, after which the call is given up


LIMITS = Limits()


class TooWide(Exception):
    """So much happened at once that one call cannot look through it; the text is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Records in the order asked for.

    ``more`` is where the next page begins, None at the end of the log. A page may hold fewer
    records than asked for, even none, and still have more: the look ended at its limits, and
    ``searched`` says up to which moment it is complete.
    """

    records: list[Record]
    more: Cursor | None
    searched: datetime | None = None
    requests: int = 0
    bytes: int = 0  # that were read of the object store


def find(
    run: Run,
    query: Query = ALL,
    *,
    before: Cursor | None = None,
    after: Cursor | None = None,
    is_rising: bool = False,
    limit: int = PAGE,
    limits: Limits = LIMITS,
    clock: Callable[[], float] = time.monotonic,
) -> Page:
    """Return records of a run that match, the newest first.

    Args:
        run: Which run.
        query: Which records.
        before: Where the page before ended; None for the newest.
        after: The same for ``is_rising``; None for the oldest.
        is_rising: The oldest first.
        limit: Records at least, while there are so many; those of one mock and µs stay together.
        limits: What may be read.
        clock: s.

    Raises:
        StorageUnavailable: The object store does not answer.
        ObjectMissing: A part of the log is not there any more.
        TooWide: The limits do not suffice for what happened at one moment.
    """
    match = Match(query, before=before, after=after, is_rising=is_rising)
    rows = index.candidates(run, query).only(*NEEDED)
    if is_rising:
        rows = index.oldest_first(rows, after=after.at if after else None)
    else:
        rows = index.newest_first(rows, before=before.at if before else None)

    def look(database: str) -> Page:
        found = list(rows.using(database)[: limits.chunks * limits.most + 1])
        search = Search(match, limit=limit, limits=limits, clock=clock)
        with ThreadPoolExecutor(THREADS, thread_name_prefix="log") as pool:
            return search.page(found, pool)

    return follower.read(look, stale=(ObjectMissing,))


class Search:
    """One call's look through chunks."""

    def __init__(
        self,
        match: Match,
        *,
        limit: int,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        self._match = match
        self._limit = limit
        self._limits = limits
        self._clock = clock
        self._began = clock()
        self._is_rising = match.is_rising
        self._meter = Meter()
        self._looks: list[Look] = []

    def page(self, chunks: Sequence[Chunk], pool: Executor) -> Page:
        """Look into chunks, in their order, until the page is full or the limits are reached."""
        most = self._limits.chunks * self._limits.most
        looked = 0
        for wave in waves(chunks[:most]):
            if page := self._ended(wave[0], looked, pool):
                return page
            self._looks += pool.map(carried(self._look), wave)
            looked += len(wave)
        end = self._ended(chunks[most], looked, pool) if len(chunks) > most else None
        return end or self._page(pool)

    def _ended(self, following: Chunk, looked: int, pool: Executor) -> Page | None:
        """Return the page when what follows is not to be looked into any more, else None.

        Raises:
            TooWide: It would have to be, but may not.
        """
        if self._is_enough(following):
            return self._page(pool, has_more=True)
        if self._is_over(looked) and self._has_progress(following):
            return self._page_until(following, pool)
        if self._is_over(looked, times=self._limits.most):
            raise TooWide(TOO_WIDE)
        return None

    def _look(self, chunk: Chunk) -> "Look":
        return Look(chunk, self._match, self._meter, most=self._limit)

    def _read(self, until: int | None, pool: Executor) -> None:
        """Read what waits in all chunks, up to a key; all of it when there is none."""
        key = END if until is None else until
        waiting = [look for look in self._looks if look.has_unread]
        list(pool.map(carried(Look.read), waiting, repeat(key)))

    def _bound(self) -> int | None:
        """Return a key up to which the page is surely full; None: it may not be, yet."""
        keys = np.concatenate([look.keys for look in self._looks] or [np.empty(0, np.int64)])
        if len(keys) < self._limit:
            return None
        return int(np.partition(keys, self._limit - 1)[self._limit - 1])

    def _edge(self, chunk: Chunk) -> int:
        """Return the first moment, in the order asked for, that a chunk can hold; µs."""
        return microseconds(chunk.first if self._is_rising else chunk.last)

    def _key(self, chunk: Chunk) -> int:
        """Return the same as a key."""
        return self._edge(chunk) if self._is_rising else -self._edge(chunk)

    def _is_enough(self, following: Chunk) -> bool:
        """Whether what follows can hold nothing that belongs on this page."""
        bound = self._bound()
        return bound is not None and bound < self._key(following)

    def _is_over(self, looked: int, *, times: int = 1) -> bool:
        limits = self._limits
        most = limits.text_bytes if self._match.query.text else limits.bytes
        bound = self._bound()
        waiting = sum(look.unread(END if bound is None else bound) for look in self._looks)
        return (
            looked >= limits.chunks * times
            or self._meter.read + waiting >= most * times
            or self._clock() - self._began >= limits.seconds * times
        )

    def _has_progress(self, following: Chunk) -> bool:
        """Whether some chunk need not be looked into again when the next page begins here."""
        edge = self._edge(following)
        if self._is_rising:
            return any(microseconds(look.chunk.last) < edge for look in self._looks)
        return any(microseconds(look.chunk.first) > edge for look in self._looks)

    def _page_until(self, following: Chunk, pool: Executor) -> Page:
        """Return what surely comes before all that was not looked into."""
        edge = self._edge(following)
        self._read(self._key(following), pool)
        order = self._order()
        at = self._hits().at[order]
        sure = order[at < edge] if self._is_rising else order[at > edge]
        more = Cursor(edge if self._is_rising else edge + 1)
        return self._made(sure, pool, more=more, searched=moment(edge))

    def _page(self, pool: Executor, *, has_more: bool = False) -> Page:
        """Return the first of what was found; ``has_more``: not everything was looked into."""
        self._read(self._bound(), pool)
        has_more = has_more or any(look.has_unread for look in self._looks)
        order, hits = self._order(), self._hits()
        if len(order) <= self._limit and not has_more:
            return self._made(order, pool, more=None)
        last = order[self._limit - 1 : self._limit][0]
        at, mock = int(hits.at[last]), int(hits.mock[last])
        together = (hits.at[order] == at) & (hits.mock[order] == mock)
        shown = max(self._limit, int(np.flatnonzero(together)[-1]) + 1)
        ends = shown == len(order) and not has_more
        more = None if ends else Cursor(at, mock + self._is_rising)
        return self._made(order[:shown], pool, more=more)

    def _hits(self) -> Hits:
        """Return all that was found, chunk after chunk."""
        return Hits.joined([NOTHING, *(look.hits for look in self._looks)])

    def _order(self) -> NDArray[np.int64]:
        """Return the places of ``_hits`` in the order asked for."""
        hits = self._hits()
        order: NDArray[np.int64] = np.lexsort((hits.mock, hits.at))
        return order if self._is_rising else order[::-1]

    def _made(
        self,
        places: NDArray[np.int64],
        pool: Executor,
        *,
        more: Cursor | None,
        searched: datetime | None = None,
    ) -> Page:
        """Read the records at these places of ``_hits``."""
        owner = np.repeat(np.arange(len(self._looks)), [len(lk.hits.at) for lk in self._looks])
        rows = self._hits().row[places]
        wanted = [rows[owner[places] == number] for number in range(len(self._looks))]
        read = pool.map(carried(Look.records), self._looks, wanted)
        records = [record for part in read for record in part]
        records.sort(key=_by_time, reverse=not self._is_rising)
        return Page(
            records=records,
            more=more,
            searched=searched,
            requests=self._meter.requests,
            bytes=self._meter.read,
        )


TOO_WIDE = (
    "Too much happened at once to be looked through in one go. Name a mock, a message or a reason, "
    "or download the log."
)


def waves(chunks: Sequence[Chunk]) -> Iterator[Sequence[Chunk]]:
    """Yield the chunks in their order, few together at first, then more."""
    size, at = FIRST_WAVE, 0
    while at < len(chunks):
        yield chunks[at : at + size]
        at += size
        size = min(2 * size, 2 * THREADS)


def _by_time(record: Record) -> tuple[datetime, int, int]:
    # Within one µs: sends by number, and what came of them behind them.
    return record.sent, record.mock, record.sequence or 0
