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

_MAGIC = b"R2"
_LENGTHS = struct.Struct(">2sII")  # magic; bytes of the glance, then of the board; sums follow
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
        head, mocks, _ = _parted(data, with_sums=False)
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
        """Return it as bytes, about 15 kB for 1,000 mocks: glance, board, sums."""
        glance = {
            "at": self.at,
            "statuses": list(self.statuses),
            "reasons": [[r.text, r.sends, r.lost] for r in self.reasons],
        }
        sums = {
            "total": self.total.to_dict(),
            "recent": [point.to_dict() for point in self.recent],
            "dropped": self.dropped,
            "limited": self.limited and self.limited.to_dict(),
            "faults": spans.packed(self.faults),
        }
        head, board = orjson.dumps(glance), pack_board(self.mocks)
        lengths = _LENGTHS.pack(_MAGIC, len(head), len(board))
        # Level 1: a tower packs each shard every second; 6 saves a tenth and takes four times.
        return zlib.compress(b"".join((lengths, head, board, orjson.dumps(sums))), 1)

    @classmethod
    def unpack(cls, data: bytes) -> "ShardReport":
        """Return the report that :meth:`pack` wrote; its board is not writable.

        Raises:
            ValueError: The bytes are none, or of another version.
        """
        head, mocks, sums = _parted(data, with_sums=True)
        return cls(
            at=head["at"],
            mocks=mocks,
            statuses=head["statuses"],
            reasons=[Reason(*reason) for reason in head["reasons"]],
            total=Second.from_dict(sums["total"]),
            recent=[Second.from_dict(point) for point in sums["recent"]],
            dropped=sums["dropped"],
            limited=limited_of(sums.get("limited")),
            faults=spans.unpacked(sums.get("faults", ())),
        )


def _parted(data: bytes, *, with_sums: bool) -> tuple[dict[str, Any], Board, dict[str, Any]]:
    """Return a report's glance, board and sums; these are empty where nobody wants them."""
    stream = zlib.decompressobj()
    try:
        begin = stream.decompress(data, _LENGTHS.size)
        if begin[:2] != _MAGIC:
            return _parted_old(zlib.decompress(data))
        _, head, board = _LENGTHS.unpack(begin)
        glance = stream.decompress(stream.unconsumed_tail, head + board)
        sums = stream.decompress(stream.unconsumed_tail) if with_sums else b"{}"
    except (zlib.error, struct.error) as error:
        raise ValueError("not a shard's report") from error
    return orjson.loads(glance[:head]), unpack_board(glance[head:]), orjson.loads(sums)


def _parted_old(body: bytes) -> tuple[dict[str, Any], Board, dict[str, Any]]:
    """Part a report of before, whose sums lie in its header; runs that ended then have it."""
    end = _OLD_LENGTH + int.from_bytes(body[:_OLD_LENGTH], "big")
    head: dict[str, Any] = orjson.loads(body[_OLD_LENGTH:end])
    return head, unpack_board(body[end:]), head


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
