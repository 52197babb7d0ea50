"""The one reader of the send log: for pages, downloads, drains and the API.

Rule: only chunks whose index row can hold what is asked for are opened, of them only the row groups
whose statistics can, and of those first only the columns that decide; what one call reads has a
limit. Nothing here changes a log.
"""

from web.logs.query import EVENTS, RESULTS, SEND, Cursor, Query
from web.logs.reading.finding import LIMITS, PAGE, Limits, Page, TooWide, find
from web.logs.reading.objects import open_chunk
from web.logs.reading.record import Record, records_of
from web.logs.reading.sweeping import BATCH, batches, rows_of

__all__ = [
    "BATCH",
    "EVENTS",
    "LIMITS",
    "PAGE",
    "RESULTS",
    "SEND",
    "Cursor",
    "Limits",
    "Page",
    "Query",
    "Record",
    "TooWide",
    "batches",
    "find",
    "open_chunk",
    "records_of",
    "rows_of",
]
