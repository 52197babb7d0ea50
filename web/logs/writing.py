"""Puts a tower's chunks into the object store, and their index rows into the database.

Rule: the object comes before the row, so that a row never names what is not there; both name the
fence. Called by the tower's writer thread, which tries again when this raises.
"""

from datetime import UTC, datetime

import simulator
from simulator import StaleLease
from web.logs.grouping import is_loose
from web.logs.index import listed
from web.logs.models import Chunk
from web.platform import storage
from web.runs.leasing import Lease, held

CONTENT_TYPE = "application/vnd.apache.parquet"


def chunk_key(prefix: str, lease: Lease, number: int) -> str:
    """Return where a chunk lies: below the run's prefix, different for each lease."""
    return f"{prefix}log/{lease.shard}/{lease.fence}-{number:06d}.parquet"


def store_chunk(chunk: simulator.Chunk, *, lease: Lease, prefix: str) -> None:
    """Store one chunk; doing it again after a failure half way changes nothing.

    Raises:
        StaleLease: The shard is another tower's now; the object is taken away again.
        StorageUnavailable: The object store does not answer.
        DatabaseError: The database does not.
    """
    key = chunk_key(prefix, lease, chunk.number)
    storage.put(key, chunk.data, content_type=CONTENT_TYPE)
    try:
        with held(lease):
            if is_known(chunk, lease):
                return
            Chunk.objects.create(**row_of(chunk, lease), key=key)
    except StaleLease:
        storage.delete(key)
        raise


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
