"""Log lines as logfmt: ``key=value`` pairs on one line, each below the platform's limit."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

MAX_LINE = 9_000  # bytes; Heroku cuts a line at 10,000

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being answered, or that a job was started by; empty elsewhere."""

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# What Django and its server attach: whole objects, which may hold what must not be logged.
UNWANTED = frozenset({"request", "server_time", "status_code", "sql", "params", "alias"})


class LogfmtFormatter(logging.Formatter):
    """One line an event: time, level, logger, message, request id, what ``extra`` brought."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        pairs = {
            "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": record.getMessage(),
        }
        if known := request_id.get():
            pairs["request_id"] = known
        pairs |= {key: str(value) for key, value in extras(record).items()}
        if record.exc_info:
            pairs["error"] = self.formatException(record.exc_info)
        return cut(" ".join(f"{key}={quoted(value)}" for key, value in pairs.items()))


def extras(record: logging.LogRecord) -> dict[str, object]:
    """Return what the caller handed over by ``extra``."""
    return {k: v for k, v in vars(record).items() if k not in STANDARD and k not in UNWANTED}


def quoted(value: str) -> str:
    """Return the value bare, or as a JSON string where blanks, quotes or controls are in it."""
    is_bare = value and value.isprintable() and not set(value) & set(' "=\\')
    return value if is_bare else json.dumps(value, ensure_ascii=False)


def cut(line: str) -> str:
    """Return the line in at most ``MAX_LINE`` bytes: its beginning and its end."""
    data = line.encode()
    if len(data) <= MAX_LINE:
        return line
    half = MAX_LINE // 2 - 2
    return f"{data[:half].decode(errors='ignore')}...{data[-half:].decode(errors='ignore')}"
