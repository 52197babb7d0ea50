"""Puts a tower's chunks into the object store, and their index rows into the database.

Rule: the object comes before the row, so that a row never names what is not there; both name the
fence. Called by the tower's writer thread, which tries again what went wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import DatabaseError
from django.db import connections as all_connections

import simulator
from simulator import StaleLease
from web.logs.grouping import is_loose
from web.logs.index import listed
from web.logs.models import Chunk
from web.platform import connections, storage
from web.runs.leasing import Lease, held_among

CONTENT_TYPE = "application/vnd.apache.parquet"
# s that the store may be silent, at the first try of a chunk and at each after a failure. A tower
# that is told to end cannot wait for longer, and a store that is slow still gets there.
PATIENCE = 5
LONG_PATIENCE = 10


def chunk_key(prefix: str, lease: Lease, number: int) -> str:
    """Return where a chunk lies: below the run's prefix, different for each lease."""
    return f"{prefix}log/{lease.shard}/{lease.fence}-{number:06d}.parquet"


@dataclass(frozen=True, slots=True)
class Placed:
    """A chunk whose object is in the store."""

    chunk: simulator.Chunk
    lease: Lease
    key: str
    is_again: bool = False  # it was tried before, so that its row may be there


class Filing:
    """The store of a tower's chunks; all of it belongs to the writer's thread.

    Rows are written in one transaction, over one connection that is kept: one of each for every
    chunk took most of what storing costs.
    """

    def __init__(self, lease_of: Callable[[str], tuple[Lease, str] | None]) -> None:
        """``lease_of``: returns the lease of a shard (its name) and its run's prefix, if held."""
        self._lease_of = lease_of
        self._failed: set[tuple[str, int]] = set()  # shards and numbers that may be there, or half
        self._is_away = False  # the store did not answer the last time

    def put(self, chunks: Sequence[simulator.Chunk]) -> list[Exception | None]:
        """Store chunks, each of another shard; again after a failure half way changes nothing.

        Returns:
            What went wrong with each: ``StaleLease``, the shard is another tower's now and the
            object is taken away again; ``StorageUnavailable`` and ``DatabaseError``, later.
        """
        connections.keep()
        placed: list[Placed] = []
        problems: dict[str, Exception] = {}
        for place, chunk in enumerate(chunks):
            try:
                placed.append(self._place(chunk))
            except StaleLease as error:
                problems[chunk.shard] = error
            except storage.StorageUnavailable as error:  # no other one would wait for less
                problems |= {each.shard: error for each in chunks[place:]}
                break
        self._is_away = any(map(is_passing, problems.values()))
        if placed:
            problems |= _filed(placed)
        self._remember(chunks, problems)
        return [problems.get(chunk.shard) for chunk in chunks]

    def close(self) -> None:
        """Close the thread's connections to the database."""
        all_connections.close_all()

    def _place(self, chunk: simulator.Chunk) -> Placed:
        held = self._lease_of(chunk.shard)
        if held is None:
            raise StaleLease(f"{chunk.shard} is not held here any more")
        lease, prefix = held
        key = chunk_key(prefix, lease, chunk.number)
        patience = LONG_PATIENCE if self._is_away else PATIENCE
        storage.put(key, chunk.data, content_type=CONTENT_TYPE, timeout=patience)
        return Placed(chunk, lease, key, (chunk.shard, chunk.number) in self._failed)

    def _remember(self, chunks: Sequence[simulator.Chunk], problems: dict[str, Exception]) -> None:
        for chunk in chunks:
            problem = problems.get(chunk.shard)
            change = self._failed.add if is_passing(problem) else self._failed.discard
            change((chunk.shard, chunk.number))


def is_passing(problem: Exception | None) -> bool:
    """Whether something went wrong that may go well the next time."""
    return problem is not None and not isinstance(problem, StaleLease)


def _filed(placed: Sequence[Placed]) -> dict[str, Exception]:
    """Write the rows of chunks; return what went wrong, by the shard's name."""
    try:
        stale = file_all(placed)
    except DatabaseError as error:
        return {each.chunk.shard: error for each in placed}
    return {each.chunk.shard: _taken_away(each) for each in stale}


def _taken_away(stale: Placed) -> Exception:
    """Delete the object of a chunk that nobody will name; return what became of it."""
    try:
        storage.delete(stale.key)
    except storage.StorageUnavailable as error:
        return error
    return StaleLease(f"{stale.lease.tower} no longer holds shard {stale.lease.shard}")


def file_all(placed: Sequence[Placed]) -> list[Placed]:
    """Write the index rows of chunks, at least one, under their leases; return those of stale ones.

    Raises:
        DatabaseError: The database does not answer; there is no row then, or every one.
    """
    with held_among([each.lease for each in placed]) as mine:
        new = [
            each
            for each in placed
            if each.lease in mine and not (each.is_again and is_known(each.chunk, each.lease))
        ]
        Chunk.objects.bulk_create(
            Chunk(**row_of(each.chunk, each.lease), key=each.key) for each in new
        )
    return [each for each in placed if each.lease not in mine]


def is_known(chunk: simulator.Chunk, lease: Lease) -> bool:
    """Whether a row has the chunk already, alone or merged with others."""
    return Chunk.objects.filter(
        shard_id=lease.shard,
        fence=lease.fence,
        number__lte=chunk.number,
        through__gte=chunk.number,
    ).exists()


def row_of(chunk: simulator.Chunk, lease: Lease) -> dict[str, object]:
    """Return the columns of a chunk's index row, but for its key."""
    contents = chunk.contents
    first_mock, last_mock = contents.mocks or (None, None)
    return {
        "run_id": lease.run,
        "shard_id": lease.shard,
        "fence": lease.fence,
        "number": chunk.number,
        "through": chunk.number,
        "is_loose": is_loose(len(chunk.data), chunk.rows),
        "size": len(chunk.data),
        "footer": footer_of(chunk.data),
        "rows": chunk.rows,
        "sends": chunk.sends,
        "acknowledged": contents.acknowledged if contents.kinds is not None else None,
        "failed": chunk.failed,
        "first": datetime.fromtimestamp(chunk.first, UTC),
        "last": datetime.fromtimestamp(chunk.last, UTC),
        "first_mock": first_mock,
        "last_mock": last_mock,
        "kinds": listed(contents.kinds),
        "messages": listed(contents.messages),
        "statuses": listed(contents.statuses),
        "reasons": listed(contents.reasons),
    }


def footer_of(data: bytes) -> int:
    """Return how many bytes at the end of a Parquet file are its footer.

    Source: apache/parquet-format, README: metadata, its length in four bytes, ``PAR1``.
    """
    return int.from_bytes(data[-8:-4], "little") + 8
