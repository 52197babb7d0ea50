"""What holds for every statement: the time that it may take, and a line in the log when it is slow.

Rule: nothing is set for a session, which a pooler shares with others: Postgres is told the limit in
the message of the statement itself (``SET LOCAL``, which ends with its transaction), at no cost of
a round trip. SQLite knows no limit.
"""

import logging
import os
import re
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from math import ceil, inf
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from web.platform.deadlines import TooLong, current, is_over, within

logger = logging.getLogger(__name__)

CANCELED = "57014"  # SQLSTATE of a statement that took too long; Postgres, appendix A
SAVEPOINTS = ("SAVEPOINT ", "RELEASE ", "ROLLBACK ")  # they take no time, and must not be refused
SHOWN = 1_000  # characters of a statement in the log
LISTED = re.compile(r"\ASELECT (?:DISTINCT )?.{80,}? FROM ")  # columns, where they are many
TEXT = re.compile(r"'(?:[^']|'')*'")
NUMBER = re.compile(r"(?<![\w\"$])\d+(?:\.\d+)?(?!\w)")
PLACES = re.compile(r"%s(?:, %s)+")

Execute = Callable[[Any, Any, bool, dict[str, Any]], Any]


class Bound:
    """The limit of this process's statements, s; what a request has left may be less."""

    def __init__(self) -> None:
        self.seconds = inf


process = Bound()
"""Told at the start of a process that works (web.wsgi, ``work``, ``clock``); else there is none."""


def install(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Hold the statements of a connection that was just made; a receiver of Django's signal."""
    if held not in connection.execute_wrappers:
        connection.execute_wrappers.append(held)


def held(execute: Execute, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Execute a statement within its limit, and say so when it was slow.

    Raises:
        TooLong: A request's statement took too long, or nothing is left of the request's time.
    """
    began = monotonic()
    try:
        if context["connection"].vendor != "postgresql":
            return execute(sql, params, many, context)
        return in_time(execute, sql, params, many, context)
    finally:
        tell_slow(sql, monotonic() - began, many=many)


def in_time(execute: Execute, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Execute a statement of Postgres within its limit. Raises TooLong, as ``held`` does."""
    if isinstance(sql, str) and sql.startswith(SAVEPOINTS):
        return execute(sql, params, many, context)
    limit = within(process.seconds if current.get() is None else settings.STATEMENT_LIMIT)
    is_told = limit < inf and isinstance(sql, str) and not many
    if is_told:
        sql = f"SET LOCAL statement_timeout = {ceil(limit * 1000)}; {sql}"
    try:
        with cuttable(context["connection"]):
            result = execute(sql, params, many, context)
    except OperationalError as error:
        is_canceled = getattr(error.__cause__, "sqlstate", None) == CANCELED
        if current.get() and (is_canceled or is_over()):
            raise TooLong("the database took too long") from error
        raise
    if is_told:
        context["cursor"].cursor.nextset()  # from what SET answered to what the statement did
    return result


def cuttable(connection: BaseDatabaseWrapper) -> AbstractContextManager[None]:
    """Let a request's deadline end the wait for the database by closing the way to it.

    It is needed where Postgres cannot keep to its limit: a pooler has no room, a network is silent.
    """
    deadline = current.get()
    if deadline is None:
        return nullcontext()
    return deadline.waiting(lambda: close_way(connection.connection))


def close_way(connection: Any) -> None:
    """Shut the socket of a connection, in another thread than the one that waits on it."""
    try:
        with socket.socket(fileno=os.dup(connection.pgconn.socket)) as way:
            way.shutdown(socket.SHUT_RDWR)
    except (OSError, connection.OperationalError):
        logger.warning("the way to the database was closed already")


def tell_slow(sql: Any, seconds: float, *, many: bool) -> None:
    """Log a statement that took longer than ``settings.SLOW_QUERY``, without its values."""
    if not settings.SLOW_QUERY or seconds * 1000 < settings.SLOW_QUERY:
        return
    facts = {"ms": round(seconds * 1000), "many": many, "statement": shown(str(sql))}
    logger.warning("slow query", extra=facts)


def shown(sql: str) -> str:
    """Return a statement on one line, without values, and without long lists of columns."""
    line = " ".join(sql.split())
    line = PLACES.sub("%s, …", LISTED.sub("SELECT … FROM ", NUMBER.sub("?", TEXT.sub("?", line))))
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
