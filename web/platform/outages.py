"""Whether an error of the database is its own: it is away, or has no room for what it is told.

Rule: told an error, asks nobody. What a statement of ours did wrong is none.
"""

from django.db import InterfaceError, OperationalError

# Of Postgres: the connection, resources (disk, memory, connections), its machine; 57P01 to 57P05
# say that it shuts down or starts. Source: its manual, appendix A.
CLASSES = ("08", "53", "58", "57P0")
# Of SQLite, by the beginnings of its result codes. Source: sqlite.org/rescode.html.
CODES = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_READONLY")


def is_outage(error: BaseException | None) -> bool:
    """Whether the database does not answer, or takes nothing, so that trying later may help."""
    if isinstance(error, InterfaceError):  # the connection is closed
        return True
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    if name := getattr(cause, "sqlite_errorname", ""):
        return str(name).startswith(CODES)
    state = getattr(cause, "sqlstate", None)
    return state is None or str(state).startswith(CLASSES)  # None: the connection itself broke
