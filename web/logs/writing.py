"""Puts a tower's chunks into the object store, and their index rows into the database.

Rule: the object comes before the row, so that a row never names what is not there; both name the
fence. Called by the tower's writer thread, which tries again when this raises.
"""

from datetime import UTC, datetime

import simulator
from simulator import StaleLease
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
            Chunk.objects.get_or_create(
                shard_id=lease.shard,
                fence=lease.fence,
                number=chunk.number,
                defaults={
                    "run_id": lease.run,
                    "key": key,
                    "size": len(chunk.data),
                    "rows": chunk.rows,
                    "sends": chunk.sends,
                    "failed": chunk.failed,
                    "first": datetime.fromtimestamp(chunk.first, UTC),
                    "last": datetime.fromtimestamp(chunk.last, UTC),
                },
            )
    except StaleLease:
        storage.delete(key)
        raise
