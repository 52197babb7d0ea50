"""Log lines as logfmt: ``key=value`` pairs on one line, each below the platform's limit."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

MAX_LINE = 9_000  # bytes; Heroku cuts a line at 10,000

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being answered, or that a job was started by; empty elsewhere."""

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# What Django and its server attach: whole objects, which may hold what must not be logged.
UNWANTED = frozenset({"request", "server_time", "status_code", "sql", "params", "alias"})


def logging_at(level: str) -> dict[str, Any]:
    """Return the setting ``LOGGING``: everything from ``level`` on goes to stdout as logfmt."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"logfmt": {"()": "web.platform.logfmt.LogfmtFormatter"}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "logfmt",
            },
        },
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            # Django's own handlers print to stderr and mail to ADMINS; ours is the only one.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # Anybody may send a wrong host: it is answered with 400, and is no error of ours.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # They tell credentials and whole payloads at DEBUG.
            "boto3": {"level": "WARNING"},
            "botocore": {"level": "WARNING"},
            "urllib3": {"level": "WARNING"},
            "python_http_client": {"level": "WARNING"},
            "slack_sdk": {"level": "WARNING"},
            "twilio": {"level": "WARNING"},
        },
    }


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
