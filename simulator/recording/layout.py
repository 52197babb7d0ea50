"""The columns of the send log, as Parquet chunks hold them; documented in docs/reference/log.md.

Rule: columns are only ever added, so that old logs stay readable. ``schema`` has them for Arrow.
"""

from typing import Any

from simulator.recording.parquet import Column, Type

COLUMNS = (
    Column("event", Type.TEXT),  # send, connect, lost, status, moved
    Column("mock", Type.INT32),
    Column("id", Type.TEXT),
    Column("sequence", Type.INT64),
    Column("status", Type.TEXT),
    Column("message", Type.TEXT),
    Column("address", Type.TEXT),
    Column("payload", Type.BINARY),
    Column("scheduled", Type.TIME),
    Column("sent", Type.TIME),
    Column("settled", Type.TIME),
    Column("result", Type.TEXT),  # acknowledged, sent, failed
    Column("reason", Type.TEXT),
    Column("fault", Type.TEXT),
    Column("size", Type.INT64),  # bytes of the payload, however it was kept
    Column("digest", Type.BINARY),  # SHA-256 of a payload that is kept as that alone
)

# How Arrow stores its schema in a file, so that texts come back as dictionaries: the value of the
# key ARROW:schema. ``schema.arrow_text()`` gives it anew; a test holds the two together.
ARROW_SCHEMA = (
    "/////4AEAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAEAAAAyPv//wQAAAAQAAAABAQAAMADAABcAwAAJAMAANACAA"
    "CEAgAAOAIAAAwCAADEAQAAiAEAAEwBAAD8AAAAsAAAAGQAAAAwAAAABAAAAIz8//8AAAEEEAAAABgAAAAEAAAAAAAA"
    "AAYAAABkaWdlc3QAABT8//+0/P//AAABAhAAAAAYAAAABAAAAAAAAAAEAAAAc2l6ZQAAAABQ/P//AAAAAUAAAACk/P"
    "//AAABBRQAAAA4AAAAGAAAAAQAAAAAAAAABQAAAGZhdWx0AAAAuP3//wwAAAAHAAAAAAAAAJT8//8AAAABIAAAAIz8"
    "///s/P//AAABBRQAAAA4AAAAGAAAAAQAAAAAAAAABgAAAHJlYXNvbgAAAP7//wwAAAAGAAAAAAAAANz8//8AAAABIA"
    "AAANT8//80/f//AAABBRQAAAA8AAAAGAAAAAQAAAAAAAAABgAAAHJlc3VsdAAAyP3//xAAAAAFAAAAAAAAAAAAAAAo"
    "/f//AAAAASAAAAAg/f//wP3//wAAAQoQAAAAGAAAAAQAAAAAAAAABwAAAHNldHRsZWQAjP///wAAAgAEAAAAAwAAAF"
    "VUQwD4/f//AAABChAAAAAYAAAABAAAAAAAAAAEAAAAc2VudAAAAADE////AAACAAQAAAADAAAAVVRDADD+//8AAAEK"
    "EAAAACQAAAAEAAAAAAAAAAkAAABzY2hlZHVsZWQAAAAIAAwABgAIAAgAAAAAAAIABAAAAAMAAABVVEMAdP7//wAAAQ"
    "QQAAAAGAAAAAQAAAAAAAAABwAAAHBheWxvYWQA/P3//1z+//8AAAEFFAAAADgAAAAYAAAABAAAAAAAAAAHAAAAYWRk"
    "cmVzcwBw////DAAAAAQAAAAAAAAATP7//wAAAAEgAAAARP7//6T+//8AAAEFFAAAADgAAAAYAAAABAAAAAAAAAAHAA"
    "AAbWVzc2FnZQC4////DAAAAAMAAAAAAAAAlP7//wAAAAEgAAAAjP7//+z+//8AAAEFFAAAAEAAAAAgAAAABAAAAAAA"
    "AAAGAAAAc3RhdHVzAAAIABAACAAEAAgAAAAMAAAAAgAAAAAAAADk/v//AAAAASAAAADc/v//fP///wAAAQIQAAAAHA"
    "AAAAQAAAAAAAAACAAAAHNlcXVlbmNlAAAAABz///8AAAABQAAAAHD///8AAAEFFAAAAEAAAAAcAAAABAAAAAAAAAAC"
    "AAAAaWQAAAgAFAAIAAQACAAAABAAAAABAAAAAAAAAAAAAABo////AAAAASAAAABg////EAAUAAgABgAHAAwAAAAQAB"
    "AAAAAAAAECEAAAABgAAAAEAAAAAAAAAAQAAABtb2NrAAAAAKz///8AAAABIAAAABAAGAAIAAYABwAMABAAFAAQAAAA"
    "AAABBRQAAABEAAAAIAAAAAQAAAAAAAAABQAAAGV2ZW50AAAACAAIAAAABAAIAAAADAAAAAgADAAIAAcACAAAAAAAAA"
    "EgAAAABAAEAAQAAAA="
)


def record_schema() -> Any:
    """Return the columns as a ``pyarrow.Schema``; pyarrow is imported only for who asks."""
    from simulator.recording.schema import RECORD_SCHEMA  # noqa: PLC0415

    return RECORD_SCHEMA
