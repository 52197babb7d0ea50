"""The columns of the send log, as Parquet chunks hold them; documented in docs/reference/log.md.

Rule: columns are only ever added, so that old logs stay readable.
"""

import pyarrow as pa

_TEXT = pa.dictionary(pa.int32(), pa.string())
_TIME = pa.timestamp("us", tz="UTC")

RECORD_SCHEMA = pa.schema(
    [
        ("event", _TEXT),  # send, connect, lost, status
        ("mock", pa.int32()),
        ("id", _TEXT),
        ("sequence", pa.int64()),
        ("status", _TEXT),
        ("message", _TEXT),
        ("address", _TEXT),
        ("payload", pa.binary()),
        ("scheduled", _TIME),
        ("sent", _TIME),
        ("settled", _TIME),
        ("result", _TEXT),  # acknowledged, sent, failed
        ("reason", _TEXT),
        ("fault", _TEXT),
        ("size", pa.int64()),  # bytes of the payload, however it was kept
        ("digest", pa.binary()),  # SHA-256 of a payload that is kept as that alone
    ]
)
