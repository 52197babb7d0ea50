"""What a run's mocks are doing: one packed report a shard, and all of them seen as one.

Rule: pure; who stores and fetches the bytes is said in :mod:`web.runs.live`.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import orjson
import zstandard
from numpy.typing import NDArray

from simulator import (
    BOARD,
    Board,
    Limited,
    Link,
    Reason,
    Second,
    Span,
    pack_board,
    unpack_board,
)
from web.runs import older, spans
from web.runs.older import limited_of
from web.runs.points import Columns

Places = NDArray[np.float32]
PLACE = np.dtype("<f4")  # latitude or longitude, degrees: right within 1 m
_MAGIC = b"R3"
# Magic; bytes of the glance's frame and of that of the sums. Behind them lie the places.
_LENGTHS = struct.Struct(">2sII")
_GLANCE = struct.Struct(">I")  # a frame begins with the bytes of its header, the board follows
_SUMS = struct.Struct(">II")  # bytes of the header and of the total; the recent points follow
# Of zstd: a tower packs each shard every second. zlib takes 2.5 times as long for a fifth more.
_LEVEL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What of a shard's report the wall needs: its mocks, without any sums.

    ``places`` is where they were last, a row a mock: latitude and longitude in degrees, nan where
    that is not known; None where their definition says nothing of it.
    """

    at: float  # Unix s
    mocks: Board
    statuses: Sequence[str]  # by the board's status
    reasons: Sequence[Reason]  # by the board's reason - 1
    places: Places | None = None

    @classmethod
    def unpack(cls, data: bytes) -> "Glance":
        """Return what a packed report begins with; the rest of its bytes stays packed.

        Raises:
            ValueError: The bytes are no report, or one of another version.
        """
        if not _is_new(data):
            return cls(**older.glance(data))
        _, length, rest = _LENGTHS.unpack_from(data)
        frame = _opened(data[_LENGTHS.size : _LENGTHS.size + length])
        (end,) = _GLANCE.unpack_from(frame)
        head = orjson.loads(frame[_GLANCE.size : _GLANCE.size + end])
        return cls(
            at=head["at"],
            mocks=unpack_board(frame[_GLANCE.size + end :]),
            statuses=head["statuses"],
            reasons=[Reason(*reason) for reason in head["reasons"]],
            places=_places_in(data[_LENGTHS.size + length + rest :]),
        )


class ShardReport:
    """One shard at one moment. ``total`` counts from its start; its histograms are whole.

    ``recent`` are the points of the run's series that may not be in the database yet.
    ``dropped`` counts records that no chunk could take. ``limited`` says since when its tower was
    too late with what it sent; None: it never was. ``faults`` are those on purpose that began.
    ``places`` are as a ``Glance`` has them.
    """

    def __init__(
        self,
        *,
        at: float,
        mocks: Board,
        statuses: Sequence[str],
        reasons: Sequence[Reason],
        total: Second | Columns,
        recent: Sequence[Second] | Columns = (),
        dropped: int = 0,
        limited: Limited | None = None,
        faults: Sequence[Span] = (),
        places: Places | None = None,
    ) -> None:
        """
        Args:
            at: Unix s.
            mocks: Their board.
            statuses: By the board's status.
            reasons: By the board's reason - 1.
            total: As a second, or as columns of one point.
            recent: As seconds, or as columns.
            dropped: Records.
            limited: Since when.
            faults: In order.
            places: Of each mock.
        """
        self.at = at
        self.mocks = mocks
        self.statuses = statuses
        self.reasons = reasons
        self.sums = total if isinstance(total, Columns) else Columns.of([total])
        self.points = recent if isinstance(recent, Columns) else Columns.of(recent)
        self.dropped = dropped
        self.limited = limited
        self.faults = faults
        self.places = places

    @cached_property
    def total(self) -> Second:
        """All that it did; ``sums`` are the same as columns."""
        return self.sums.whole()

    @cached_property
    def recent(self) -> list[Second]:
        """The points one by one; ``points`` are the same as columns."""
        return self.points.summed(step=1, origin=0)

    def pack(self) -> bytes:
        """Return it as bytes, about 15 kB for 1,000 mocks: glance, board, sums, recent points.

        Behind them, not compressed, for it would gain nothing: 8 bytes a mock that has a position.
        """
        glance = orjson.dumps(
            {
                "at": self.at,
                "statuses": list(self.statuses),
                "reasons": [[r.text, r.sends, r.lost] for r in self.reasons],
            }
        )
        sums = orjson.dumps(
            {
                "dropped": self.dropped,
                "limited": self.limited and self.limited.to_dict(),
                "faults": spans.packed(self.faults),
            }
        )
        total = self.sums.quick()
        zstd = zstandard.ZstdCompressor(level=_LEVEL)
        frames = [
            zstd.compress(b"".join((_GLANCE.pack(len(glance)), glance, pack_board(self.mocks)))),
            zstd.compress(
                b"".join((_SUMS.pack(len(sums), len(total)), sums, total, self.points.quick()))
            ),
        ]
        places = b"" if self.places is None else self.places.astype(PLACE).tobytes()
        return b"".join((_LENGTHS.pack(_MAGIC, *map(len, frames)), *frames, places))

    @classmethod
    def unpack(cls, data: bytes) -> "ShardReport":
        """Return the report that :meth:`pack`, or a version before, wrote.

        Its arrays are not to be written.

        Raises:
            ValueError: The bytes are none, or of another version.
        """
        if not _is_new(data):
            return cls(**older.report(data))
        glance = Glance.unpack(data)
        _, first, length = _LENGTHS.unpack_from(data)
        frame = _opened(data[_LENGTHS.size + first : _LENGTHS.size + first + length])
        end, of_total = _SUMS.unpack_from(frame)
        sums = orjson.loads(frame[_SUMS.size : _SUMS.size + end])
        begin = _SUMS.size + end
        return cls(
            at=glance.at,
            mocks=glance.mocks,
            statuses=glance.statuses,
            reasons=glance.reasons,
            total=Columns.read(frame[begin : begin + of_total]),
            recent=Columns.read(frame[begin + of_total :]),
            dropped=sums["dropped"],
            limited=limited_of(sums["limited"]),
            faults=spans.unpacked(sums["faults"]),
            places=glance.places,
        )


def _is_new(data: bytes) -> bool:
    return data[: len(_MAGIC)] == _MAGIC


def _opened(frame: bytes) -> bytes:
    try:
        return zstandard.ZstdDecompressor().decompress(frame)
    except zstandard.ZstdError as error:
        raise ValueError("not a shard's report") from error


def _places_in(data: bytes) -> Places | None:
    """Return what a report ends with; None where it has no places."""
    return np.frombuffer(data, PLACE).reshape(-1, 2) if data else None


@dataclass(frozen=True, slots=True)
class Failure:
    """One reason over the whole run; ``mocks`` are those whose last failure it is."""

    code: int  # 1 and up, in this answer only
    text: str
    sends: int
    lost: int
    mocks: int

    @property
    def count(self) -> int:
        """Sends that failed and connections that were lost, together."""
        return self.sends + self.lost


@dataclass(frozen=True, kw_only=True)
class RunBoard:
    """All mocks of a run that a tower has reported, in order of number.

    ``mocks`` is ``BOARD``; use ``status`` (index into ``statuses``) and ``reason`` (0, or index + 1
    into ``reasons``) in place of its own columns, whose codes mean something in one shard only.
    """

    mocks: Board
    status: NDArray[np.int32]
    reason: NDArray[np.int32]
    statuses: list[str]
    reasons: list[Reason]
    total: Second
    dropped: int
    limited: Limited | None
    faults: list[Span]
    at: float  # Unix s of the oldest report in it; 0 without any

    @property
    def connected(self) -> int:
        return int(np.count_nonzero(self.mocks["link"] == Link.CONNECTED))

    @property
    def failing(self) -> int:
        return int(np.count_nonzero(self.mocks["failing"]))

    @property
    def sending(self) -> int:
        """Mocks that are connected, have sent, and whose latest is no failure."""
        well = (self.mocks["link"] == Link.CONNECTED) & (self.mocks["failing"] == 0)
        return int(np.count_nonzero(well & (self.mocks["last"] > 0)))

    @property
    def by_status(self) -> list[tuple[str, int]]:
        """How many mocks are in each status, most first."""
        counts = np.bincount(self.status, minlength=len(self.statuses))
        pairs = [(name, int(n)) for name, n in zip(self.statuses, counts, strict=True) if n]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))

    @property
    def failures(self) -> list[Failure]:
        """Every reason with its counts, most frequent first."""
        mocks = np.bincount(self.reason, minlength=len(self.reasons) + 1)
        rows = [
            Failure(code, reason.text, reason.sends, reason.lost, int(mocks[code]))
            for code, reason in enumerate(self.reasons, start=1)
        ]
        return sorted(rows, key=lambda row: (-row.count, row.text))


def merged(reports: Iterable[ShardReport]) -> RunBoard:
    """Return all shards seen as one; reports may come in any order, also none at all."""
    parts = sorted(reports, key=lambda report: _first(report.mocks))
    statuses, reasons = Names(), Names()
    sends: dict[int, list[int]] = {}
    status = [_recode(part.mocks["status"], statuses.codes(part.statuses)) for part in parts]
    reason = []
    for part in parts:
        codes = reasons.codes([r.text for r in part.reasons])
        reason.append(_recode(part.mocks["reason"], [0, *(code + 1 for code in codes)]))
        for code, counted in zip(codes, part.reasons, strict=True):
            sums = sends.setdefault(code, [0, 0])
            sums[0] += counted.sends
            sums[1] += counted.lost
    return RunBoard(
        mocks=np.concatenate([np.empty(0, dtype=BOARD), *(part.mocks for part in parts)]),
        status=np.concatenate([np.empty(0, dtype=np.int32), *status]),
        reason=np.concatenate([np.empty(0, dtype=np.int32), *reason]),
        statuses=statuses.names,
        reasons=[Reason(text, *sends[code]) for code, text in enumerate(reasons.names)],
        total=Columns.joined(part.sums for part in parts).whole(),
        dropped=sum(part.dropped for part in parts),
        limited=Limited.first_of(part.limited for part in parts),
        faults=spans.summed(part.faults for part in parts),
        at=min((part.at for part in parts), default=0.0),
    )


class Names:
    """Gives each name one code over all shards."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._codes: dict[str, int] = {}

    def codes(self, names: Sequence[str]) -> list[int]:
        return [self._code(name) for name in names]

    def _code(self, name: str) -> int:
        if name not in self._codes:
            self._codes[name] = len(self.names)
            self.names.append(name)
        return self._codes[name]


def _recode(local: NDArray[Any], codes: Sequence[int]) -> NDArray[np.int32]:
    return np.asarray(codes, dtype=np.int32)[local] if len(local) else np.empty(0, np.int32)


def _first(mocks: Board) -> int:
    return int(mocks["number"][0]) if len(mocks) else 0
