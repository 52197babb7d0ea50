"""The columns of a row group: what they hold, and how it becomes pages.

Rule: every column may have gaps; a part of a column knows where they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.recording.parquet import encoding
from simulator.recording.parquet.thrift import I64, Struct

PLAIN, DELTAS, BLOBS, DICTIONARY = 0, 5, 6, 8  # encodings
_INT32, _INT64, _BYTES = 1, 2, 6  # physical types
MOST_BOUNDED = 64  # names above which bounds of words cost more to find than they spare a reader
OPTIONAL = 1  # repetition


class Type(Enum):
    """What a column holds: its physical type, and what its SchemaElement says beside that."""

    INT32 = (_INT32, "")
    INT64 = (_INT64, "")
    BINARY = (_BYTES, "")
    TEXT = (_BYTES, "text")
    TIME = (_INT64, "time")  # microseconds since 1970, UTC

    @property
    def physical(self) -> int:
        """Return the number that the format has for it."""
        return int(self.value[0])


# Converted type and logical type: UTF8, STRING; TIMESTAMP_MICROS, TIMESTAMP in UTC and µs.
_MEANINGS: dict[str, Struct] = {
    "": {},
    "text": {6: 0, 10: {1: {}}},
    "time": {6: 10, 10: {8: {1: True, 2: {2: {}}}}},
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file."""

    name: str
    type: Type

    def element(self) -> Struct:
        """Return its SchemaElement; it may have gaps."""
        return {1: self.type.physical, 3: OPTIONAL, 4: self.name, **_MEANINGS[self.type.value[1]]}


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whole numbers of the column's own width; ``valid`` says which there are."""

    values: encoding.Whole
    valid: NDArray[np.bool_]

    def page(self) -> tuple[int, bytes]:
        """Return the encoding of its values, and them."""
        there = self.values[self.valid]
        return (DELTAS, encoding.deltas(there)) if len(there) else (PLAIN, b"")

    def bounds(self) -> Struct:
        """Return its Statistics."""
        there = self.values[self.valid]
        gaps: Struct = {3: I64(len(self.values) - len(there))}
        if not len(there):
            return gaps
        return gaps | {5: there.max().tobytes(), 6: there.min().tobytes()}


@dataclass(frozen=True, slots=True)
class Blobs:
    """Strings of bytes; ``valid`` says which there are."""

    values: Sequence[bytes]
    valid: NDArray[np.bool_]

    def page(self) -> tuple[int, bytes]:
        """Return the encoding of its values, and them."""
        if self.valid.all():
            return BLOBS, encoding.blobs(self.values)
        there = [self.values[place] for place in np.flatnonzero(self.valid).tolist()]
        return (BLOBS, encoding.blobs(there)) if there else (PLAIN, b"")


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of which there are few: their positions in ``names``."""

    codes: NDArray[np.int32] | NDArray[np.uint8]
    names: Sequence[str]
    valid: NDArray[np.bool_]

    def page(self) -> tuple[int, bytes]:
        """Return the encoding of its values, and them."""
        there = self.codes[self.valid]
        return (DICTIONARY, encoding.codes(there)) if len(there) else (PLAIN, b"")

    def bounds(self) -> Struct:
        """Return its Statistics; least and greatest only of a few names, in the order of bytes."""
        there = self.codes[self.valid]
        gaps: Struct = {3: I64(len(self.codes) - len(there))}
        if not len(there) or len(self.names) > MOST_BOUNDED:
            return gaps
        used = [self.names[code].encode() for code in np.unique(there).tolist()]
        return gaps | {5: max(used), 6: min(used)}


Part: TypeAlias = Numbers | Blobs | Words
