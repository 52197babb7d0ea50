"""Goes through a run's log from its beginning, for jobs.

Rule: one chunk in memory and one on its way; while somebody goes through a log, no object that a
merge has replaced is deleted.
"""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pyarrow as pa
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from web.logs import index
from web.logs.models import Reader
from web.logs.query import ALL, Query
from web.logs.reading.finding import NEEDED
from web.logs.reading.matching import Match
from web.logs.reading.objects import ChunkFile, Meter
from web.platform import follower
from web.runs.models import Run

BATCH = 65_536  # records of a batch at most
TOGETHER = 16  # row groups that are read at once: as many records
LEASE = timedelta(minutes=10)  # that a reader is believed to go on without a word
OPENED_WITHIN = 600.0  # s; the store's own limits are far less, for each part of a chunk
AHEAD = 2  # chunks that are opened before they are asked for


def batches(
    run: Run, query: Query = ALL, *, told: Callable[[int], None] | None = None
) -> Generator[pa.RecordBatch]:
    """Yield the records of a run that match, chunk after chunk in order of time.

    Within a chunk they are by mock and time. Records that are stored meanwhile may be left out.
    ``told`` is called with the number of records of each chunk that was gone through.
    A batch has the columns of ``RECORD_SCHEMA`` that its chunk has, and ``BATCH`` rows at most.

    Raises:
        StorageUnavailable: The object store does not answer.
        ObjectMissing: A part of the log was deleted.
    """
    match = Match(query)
    is_whole = not query.mocks  # of few mocks only a few row groups are read
    with reading(run) as say, ThreadPoolExecutor(AHEAD, thread_name_prefix="log") as pool:
        rows = index.oldest_first(index.candidates(run, query)).only(*NEEDED)
        chunks = follower.read(lambda database: list(rows.using(database)), is_exact=True)
        waiting: list[Future[ChunkFile]] = []
        for place in range(len(chunks)):
            for chunk in chunks[place + len(waiting) : place + AHEAD]:
                waiting.append(pool.submit(ChunkFile, chunk, Meter(), is_whole=is_whole))
            opened = waiting.pop(0).result(OPENED_WITHIN)
            yield from _matching(opened, match)
            say()
            if told:
                told(opened.file.metadata.num_rows)


def rows_of(run: Run, query: Query = ALL) -> int:
    """Return how many records the chunks hold that ``batches`` goes through, matching or not."""
    chunks = index.candidates(run, query)
    total = Coalesce(Sum("rows"), 0)
    found = follower.read(lambda database: chunks.using(database).aggregate(total=total))
    return int(found["total"])


def _matching(opened: ChunkFile, match: Match) -> Iterator[pa.RecordBatch]:
    file = opened.file
    groups = [
        group
        for group in range(file.num_row_groups)
        if match.may_hold(file.metadata.row_group(group), opened.places)
    ]
    is_all = match.query == ALL
    for batch in _read(opened, groups, is_few=bool(match.query.mocks)):
        found = batch if is_all else batch.filter(pa.array(match.rows(pa.table(batch))))
        if found.num_rows:
            yield found


def _read(opened: ChunkFile, groups: list[int], *, is_few: bool) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(groups), TOGETHER):
        some = groups[start : start + TOGETHER]
        table = opened.table(some) if is_few else opened.file.read_row_groups(some)
        # Each row group has words of its own: as one table, it is one batch and not many.
        yield from table.unify_dictionaries().combine_chunks().to_batches(BATCH)


@contextmanager
def reading(run: Run) -> Iterator["_Say"]:
    """Keep the objects of the run's log while this stands; call what is given now and then."""
    reader = Reader.objects.create(run=run, until=timezone.now() + LEASE)
    try:
        yield _Say(reader)
    finally:
        Reader.objects.filter(id=reader.id).delete()


class _Say:
    """Renews a reader's lease when half of it is over."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def __call__(self) -> None:
        now = timezone.now()
        if self._reader.until - now < LEASE / 2:
            self._reader.until = now + LEASE
            Reader.objects.filter(id=self._reader.id).update(until=self._reader.until)
