"""The send log as Arrow reads it.

Rule: follows from ``layout``; for readers, for it imports pyarrow.
"""

import base64

import pyarrow as pa

from simulator.recording.layout import COLUMNS
from simulator.recording.parquet import Type

_TYPES = {
    Type.INT32: pa.int32(),
    Type.INT64: pa.int64(),
    Type.BINARY: pa.binary(),
    Type.TEXT: pa.dictionary(pa.int32(), pa.string()),
    Type.TIME: pa.timestamp("us", tz="UTC"),
}

RECORD_SCHEMA = pa.schema([(column.name, _TYPES[column.type]) for column in COLUMNS])


def arrow_text() -> str:
    """Return what ``layout.ARROW_SCHEMA`` is to be, for who adds a column: how Arrow stores it."""
    return base64.b64encode(RECORD_SCHEMA.serialize().to_pybytes()).decode()
