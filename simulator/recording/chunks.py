"""Blocks of records to one Parquet chunk, sorted by mock and time.

Rule: this runs in the writer's thread; pyarrow is imported at the first chunk, not at the start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.recording.block import MICROSECONDS, Block, Kind, Outcome

if TYPE_CHECKING:
    import pyarrow as pa

# Records in a row group: one mock's log is read by whole groups, and each group costs about 2 kB
# of statistics.
ROW_GROUP = 4_096
ZSTD_LEVEL = 1  # level 3 saves 4 % and takes twice as long on telemetry

_EVENTS = [kind.name.lower() for kind in Kind]
_RESULTS = ["", *(outcome.name.lower() for outcome in Outcome if outcome)]
_NUMBERS = ("mock", "sequence", "scheduled", "sent", "settled")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of one shard's log, ready to be stored.

    ``number`` counts from 0 in the shard. ``sends`` and ``failed`` count sends among its ``rows``
    records. ``first`` and ``last`` are the Unix seconds of its earliest and latest record (its
    column ``sent``). ``data`` is Parquet (zstd) in ``RECORD_SCHEMA``.
    """

    shard: str
    number: int
    rows: int
    sends: int
    failed: int
    first: float
    last: float
    data: bytes


@dataclass(frozen=True)
class Roster:
    """Who a shard's mocks are: number of the first, their ids by row, the names of statuses."""

    first: int
    identities: Sequence[str]
    statuses: Sequence[str]

    @cached_property
    def arrow_identities(self) -> "pa.Array":
        import pyarrow as pa  # noqa: PLC0415  # only the thread pays for it

        return pa.array(self.identities, pa.string())


def warm_up() -> None:
    """Import pyarrow now, in 0.3 s that hold up every thread, and not in the middle of a run."""
    from pyarrow import parquet  # noqa: F401, PLC0415


def build_chunk(shard: str, number: int, blocks: Sequence[Block], roster: Roster) -> Chunk:
    """Make the chunk of all records in ``blocks``, at least one."""
    kind, outcome, sent = (_join(blocks, name) for name in ("kind", "outcome", "sent"))
    return Chunk(
        shard=shard,
        number=number,
        rows=len(kind),
        sends=int(np.count_nonzero(kind == Kind.SEND)),
        failed=int(np.count_nonzero(outcome == Outcome.FAILED)),
        first=float(sent.min()) / MICROSECONDS,
        last=float(sent.max()) / MICROSECONDS,
        data=_parquet(_table(blocks, roster)),
    )


def _join(blocks: Sequence[Block], name: str) -> NDArray[Any]:
    return np.concatenate([getattr(block, name) for block in blocks])


def _table(blocks: Sequence[Block], roster: Roster) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415

    from simulator.recording.schema import RECORD_SCHEMA  # noqa: PLC0415

    row, kind, sent = (_join(blocks, name) for name in ("row", "kind", "sent"))
    unsent = kind != Kind.SEND

    def texts(name: str) -> "pa.Array":
        return _texts(chain.from_iterable(getattr(block, name) for block in blocks))

    columns = {
        "event": _coded(kind, _EVENTS),
        "mock": pa.array(row + np.int32(roster.first)),
        "id": _ids(row, [name for block in blocks for name in block.devices], roster),
        "sequence": pa.array(_join(blocks, "sequence"), mask=unsent),
        "status": _coded(_join(blocks, "status"), roster.statuses),
        "message": texts("messages"),
        "address": texts("addresses"),
        "payload": pa.array(_payloads(blocks), pa.binary(), mask=unsent),
        "scheduled": _times(_join(blocks, "scheduled")),
        "sent": _times(sent),
        "settled": _times(_join(blocks, "settled")),
        "result": _coded(_join(blocks, "outcome"), _RESULTS, none=0),
        "reason": texts("reasons"),
    }
    table = pa.table([columns[name] for name in RECORD_SCHEMA.names], schema=RECORD_SCHEMA)
    return table.take(pa.array(np.lexsort((sent, row))))


def _ids(row: NDArray[np.int32], devices: Sequence[str], roster: Roster) -> "pa.Array":
    """Return whose record each is: a device behind the mock, or else the mock."""
    import pyarrow as pa  # noqa: PLC0415

    names = [name for name in dict.fromkeys(devices) if name]
    if not names:
        return pa.DictionaryArray.from_arrays(pa.array(row), roster.arrow_identities)
    known = [*roster.identities, *names]
    place = {name: np.int32(len(roster.identities) + i) for i, name in enumerate(names)}
    codes = [place[name] if name else own for name, own in zip(devices, row, strict=True)]
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(known, pa.string()))


def _payloads(blocks: Sequence[Block]) -> NDArray[np.object_]:
    payloads = np.empty(sum(map(len, blocks)), dtype=object)
    payloads[:] = list(chain.from_iterable(block.payloads for block in blocks))
    return payloads


def _texts(values: Any) -> "pa.Array":
    import pyarrow as pa  # noqa: PLC0415

    return pa.array([value or None for value in values], pa.string()).dictionary_encode()


def _coded(codes: NDArray[Any], names: Sequence[str], *, none: int | None = None) -> "pa.Array":
    """A dictionary column of ``names`` by ``codes``; null where the code is ``none``."""
    import pyarrow as pa  # noqa: PLC0415

    mask = codes == none if none is not None else None
    indices = pa.array(codes.astype(np.int32), mask=mask)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(names), pa.string()))


def _times(microseconds: NDArray[np.int64]) -> "pa.Array":
    import pyarrow as pa  # noqa: PLC0415

    return pa.array(microseconds).cast(pa.timestamp("us", tz="UTC"))


def _parquet(table: "pa.Table") -> bytes:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    sink = pa.BufferOutputStream()
    coded = [name for name in table.column_names if name not in (*_NUMBERS, "payload")]
    parquet.write_table(
        table,
        sink,
        row_group_size=ROW_GROUP,
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        use_dictionary=coded,
        column_encoding=dict.fromkeys(_NUMBERS, "DELTA_BINARY_PACKED"),
        version="2.6",
    )
    data: bytes = sink.getvalue().to_pybytes()
    return data
