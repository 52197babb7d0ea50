"""What a run's mocks are doing: one packed report a shard, and all of them seen as one.

Rule: pure; who stores and fetches the bytes is said in :mod:`web.runs.live`.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
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
from web.runs import spans
from web.runs.points import Columns

_MAGIC = b"R2"
# Magic; bytes of the glance, of the board, of the sums; the recent points follow.
_LENGTHS = struct.Struct(">2sIII")
_OLD_LENGTH = 4  # bytes that a report of before begins with: how long its header is, big-endian


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What of a shard's report the wall needs: its mocks, without any sums."""

    at: float  # Unix s
    mocks: Board
    statuses: Sequence[str]  # by the board's status
    reasons: Sequence[Reason]  # by the board's reason - 1

    @classmethod
    def unpack(cls, data: bytes) -> "Glance":
        """Return what a packed report begins with; the rest of its bytes stays packed.

        Raises:
            ValueError: The bytes are no report, or one of another version.
        """
        head, mocks = _Parts(data).glance()
        return cls(
            at=head["at"],
            mocks=mocks,
            statuses=head["statuses"],
            reasons=[Reason(*reason) for reason in head["reasons"]],
        )


@dataclass(frozen=True, kw_only=True)
class ShardReport:
    """One shard at one moment. ``total`` counts from its start; its histograms are whole.

    ``recent`` are the points of the run's series that may not be in the database yet.
    ``dropped`` counts records that no chunk could take. ``limited`` says since when its tower was
    too late with what it sent; None: it never was. ``faults`` are those on purpose that began.
    """

    at: float  # Unix s
    mocks: Board
    statuses: Sequence[str]  # by the board's status
    reasons: Sequence[Reason]  # by the board's reason - 1
    total: Second
    recent: Sequence[Second] = field(default_factory=list)
    dropped: int = 0
    limited: Limited | None = None
    faults: Sequence[Span] = ()

    def pack(self) -> bytes:
        """Return it as bytes, about 20 kB for 1,000 mocks: glance, board, sums, recent points."""
        glance = {
            "at": self.at,
            "statuses": list(self.statuses),
            "reasons": [[r.text, r.sends, r.lost] for r in self.reasons],
        }
        sums = {
            "total": self.total.to_dict(),
            "pulse": [[point.at, *(getattr(point, n) for n in _PULSE)] for point in self.recent],
            "dropped": self.dropped,
            "limited": self.limited and self.limited.to_dict(),
            "faults": spans.packed(self.faults),
        }
        recent = Columns.of(self.recent).body()
        parts = orjson.dumps(glance), pack_board(self.mocks), orjson.dumps(sums)
        lengths = _LENGTHS.pack(_MAGIC, *map(len, parts))
        # Level 1: a tower packs each shard every second; 6 saves a tenth and takes four times.
        return zlib.compress(b"".join((lengths, *parts, recent)), 1)

    @classmethod
    def unpack(cls, data: bytes, *, with_recent: bool = True) -> "ShardReport":
        """Return the report that :meth:`pack` wrote; its board is not writable.

        Args:
            data: The bytes.
            with_recent: Else the recent points count deliveries and failures, and nothing more,
                which takes a sixth of the time.

        Raises:
            ValueError: The bytes are none, or of another version.
        """
        parts = _Parts(data)
        head, mocks = parts.glance()
        sums = parts.sums()
        return cls(
            at=head["at"],
            mocks=mocks,
            statuses=head["statuses"],
            reasons=[Reason(*reason) for reason in head["reasons"]],
            total=Second.from_dict(sums["total"]),
            recent=parts.recent() if with_recent else _pulse_of(sums),
            dropped=sums["dropped"],
            limited=limited_of(sums.get("limited")),
            faults=spans.unpacked(sums.get("faults", ())),
        )


_PULSE = ("sent", "acknowledged", "failed")  # of a recent point, beside its ``at``


def _pulse_of(sums: dict[str, Any]) -> list[Second]:
    return [
        Second(at=at, **dict(zip(_PULSE, counts, strict=True)))
        for at, *counts in sums.get("pulse", ())
    ]


class _Parts:
    """A packed report, unpacked from its beginning, no further than somebody asks: in order."""

    def __init__(self, data: bytes) -> None:
        self._stream = zlib.decompressobj()
        begin = self._next(_LENGTHS.size, data)
        self._old: dict[str, Any] = {}
        if begin[: len(_MAGIC)] != _MAGIC:
            self._read_old(begin + self._next(0))
        elif len(begin) < _LENGTHS.size:
            raise ValueError("not a shard's report")
        else:
            self._lengths = _LENGTHS.unpack(begin)[1:]

    def glance(self) -> tuple[dict[str, Any], Board]:
        if self._old:
            return self._old, self._old_board
        head, board, _ = self._lengths
        return orjson.loads(self._next(head)), unpack_board(self._next(board))

    def sums(self) -> dict[str, Any]:
        sums: dict[str, Any] = self._old or orjson.loads(self._next(self._lengths[2]))
        return sums

    def recent(self) -> list[Second]:
        if self._old:
            return [Second.from_dict(point) for point in self._old["recent"]]
        return Columns.read(self._next(0)).summed(step=1, origin=0)

    def _next(self, length: int, data: bytes | None = None) -> bytes:
        """Return so many bytes more; 0: all that are left."""
        try:
            return self._stream.decompress(
                self._stream.unconsumed_tail if data is None else data, length
            )
        except zlib.error as error:
            raise ValueError("not a shard's report") from error

    def _read_old(self, body: bytes) -> None:
        """Read a report of before, whose sums lie in its header; runs that ended then have it."""
        end = _OLD_LENGTH + int.from_bytes(body[:_OLD_LENGTH], "big")
        self._old = orjson.loads(body[_OLD_LENGTH:end])
        self._old_board = unpack_board(body[end:])


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
        total=Second.summed([part.total for part in parts]),
        dropped=sum(part.dropped for part in parts),
        limited=Limited.first_of(part.limited for part in parts),
        faults=spans.summed(part.faults for part in parts),
        at=min((part.at for part in parts), default=0.0),
    )


def limited_of(stored: dict[str, Any] | None) -> Limited | None:
    """Return what ``Limited.to_dict`` wrote; None where nothing was."""
    return Limited.from_dict(stored) if stored else None


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
