"""The wall: every mock of a run as a few bytes, in columns that a browser lays typed arrays on.

Rule: pure. One entry a mock, at the place of its number; what no tower has told of has the link
``UNTOLD``.
"""

import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from simulator import Reason
from web.runs.boards import PLACE, Glance, Names

UNTOLD = 255
FAILING = 8  # added to the link of a mock the latest of which is a failure
TENTHS = 10  # of a second, in which ``last`` counts; 13 years fit
LATE = (0, 10, 100, 1_000, 10_000)  # ms; a mock's band is how many of these its last send exceeds
ALIGNED = 4  # bytes; where the columns begin, for the browser's typed arrays
_MAGIC = b"MW1\x00"
# Level 1: 50,000 mocks take 3 ms and become 100 kB; level 6 takes forty times for a sixth less.
_LEVEL = 1

Column = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Wall:
    """All mocks of a run; every column is as long as the run has mocks, in order of number."""

    at: float  # Unix s of the oldest report in it; 0 without any
    zero: int  # Unix s that ``last`` counts from
    statuses: list[str]
    reasons: list[Reason]
    last: Column  # uint32: tenths of a second after ``zero`` of its last send; 0: it has not sent
    status: Column  # uint16: index into ``statuses``
    reason: Column  # uint16: index + 1 into ``reasons``, of its last failure; 0: none
    link: Column  # uint8: a Link, with FAILING added; or UNTOLD
    late: Column  # uint8: a band of LATE
    lat: Column | None = None  # float32: degrees; nan: not known. On a map alone, and so is lon
    lon: Column | None = None

    def pack(self, **more: Any) -> bytes:
        """Return it as bytes, not compressed: 10 a mock, and 8 more on a map.

        ``MW1\\0``, the length of the header (uint32), the header (JSON, ``more`` in it, filled up
        with spaces), then the columns last, status, reason, link, late; of a map, whose header has
        ``places``, first of all lat, lon. All little-endian; each column begins at a multiple of
        its numbers' size.
        """
        told = {
            "at": self.at,
            "zero": self.zero,
            "mocks": len(self.link),
            "statuses": self.statuses,
            "reasons": [[each.text, each.sends, each.lost] for each in self.reasons],
            "late": LATE,
            "places": self.lat is not None,
        }
        head = orjson.dumps(told | more)
        head += b" " * (-len(head) % ALIGNED)
        columns = (self.lat, self.lon, self.last, self.status, self.reason, self.link, self.late)
        parts = (_MAGIC, len(head).to_bytes(4, "little"), head)
        return b"".join((*parts, *(each.tobytes() for each in columns if each is not None)))


def wall_of(glances: Iterable[Glance], *, mocks: int, zero: int, has_places: bool = False) -> Wall:
    """Return the wall of a run.

    Args:
        glances: What its shards told last, in any order; some may be missing.
        mocks: How many the run has.
        zero: Unix s of its start.
        has_places: Whether it is for a map, which shows where mocks are.
    """
    parts = list(glances)
    names, texts = Names(), Names()
    counts: dict[int, list[int]] = {}
    wall = Wall(
        at=min((part.at for part in parts), default=0.0),
        zero=zero,
        statuses=names.names,
        reasons=[],
        last=np.zeros(mocks, "<u4"),
        status=np.zeros(mocks, "<u2"),
        reason=np.zeros(mocks, "<u2"),
        link=np.full(mocks, UNTOLD, "u1"),
        late=np.zeros(mocks, "u1"),
        lat=np.full(mocks, np.nan, PLACE) if has_places else None,
        lon=np.full(mocks, np.nan, PLACE) if has_places else None,
    )
    for part in parts:
        codes = texts.codes([reason.text for reason in part.reasons])
        for code, reason in zip(codes, part.reasons, strict=True):
            sums = counts.setdefault(code, [0, 0])
            sums[0] += reason.sends
            sums[1] += reason.lost
        _place(wall, part, statuses=names.codes(part.statuses), reasons=codes)
    wall.reasons.extend(Reason(text, *counts[code]) for code, text in enumerate(texts.names))
    return wall


def _place(wall: Wall, part: Glance, *, statuses: Sequence[int], reasons: Sequence[int]) -> None:
    """Put a shard's mocks at the places of their numbers; they follow each other."""
    board = part.mocks
    if not len(board):
        return
    first = int(board["number"][0])
    here = slice(first, first + len(board))
    since = np.rint((board["last"] - wall.zero) * TENTHS)
    # Who has sent shows so, also in the very first tenth of a second.
    wall.last[here] = np.where(board["last"] > 0, np.clip(since, 1, 2**32 - 1), 0)
    wall.status[here] = np.asarray(statuses, "<u2")[board["status"]]
    wall.reason[here] = np.asarray([0, *(code + 1 for code in reasons)], "<u2")[board["reason"]]
    wall.link[here] = board["link"] + FAILING * (board["failing"] > 0)
    wall.late[here] = np.where(board["last"] > 0, np.searchsorted(LATE, board["late"]), 0)
    if wall.lat is not None and wall.lon is not None and part.places is not None:
        wall.lat[here], wall.lon[here] = part.places.T


def zipped(data: bytes) -> bytes:
    """Return bytes with gzip, always the same for the same."""
    return gzip.compress(data, _LEVEL, mtime=0)


def tag_of(parts: Iterable[bytes], *more: object) -> str:
    """Return an ETag that changes with any of the parts."""
    digest = blake2b(repr(more).encode(), digest_size=12)
    for part in parts:
        digest.update(part)
    return f'"{digest.hexdigest()}"'
