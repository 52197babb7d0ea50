"""The one connection pool to Redis, with a limit on every wait, and on how often it is waited.

Rule: when Redis is away one caller finds out; for ``REST`` seconds all others of this process are
told so at once, for a page asks several times and each would wait for seconds.
"""

import logging
import threading
from collections.abc import Callable
from functools import cache
from math import inf
from time import monotonic
from typing import Any, TypeVar

import redis
from django.conf import settings
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from web.platform.deadlines import within

logger = logging.getLogger(__name__)
T = TypeVar("T")
RETRY_WAIT = 0.1  # s
REST = 5.0  # s without a try after one that failed; a try itself takes some 4 s
AWAY = "Redis did not answer a moment ago, and is not asked again yet"

_Silent = (redis.ConnectionError, redis.TimeoutError)
Unavailable = (*_Silent, redis.ResponseError)
"""What every command raises when Redis does not answer within ``REDIS_TIMEOUT``, or did not just
now; or when it refuses: its memory or its disk is full (``OOM``, ``MISCONF``), or it only reads."""


@cache
def connection() -> redis.Redis:
    """Return this process's client, which connects when it is first used.

    The pool notices a fork by itself, so that a work horse never shares its parent's sockets.
    """
    return client(settings.REDIS_URL, outage=Outage())


def client(url: str, *, outage: "Outage") -> redis.Redis:
    """Return a client that leaves Redis alone while ``outage`` says that it is away."""
    retry = Remembering(ConstantBackoff(RETRY_WAIT), settings.REDIS_RETRIES, outage=outage)
    return redis.Redis.from_url(url, **{**options(url), "retry": retry})


def options(url: str) -> dict[str, Any]:
    """Return the client's options: bounded waits, and TLS as Heroku's self-signed chain needs."""
    bounded: dict[str, Any] = {
        "socket_connect_timeout": settings.REDIS_TIMEOUT,
        "socket_timeout": settings.REDIS_TIMEOUT,
        "retry": Retry(ConstantBackoff(RETRY_WAIT), settings.REDIS_RETRIES),
        "health_check_interval": 30,  # s
    }
    if url.startswith("rediss://"):
        bounded["ssl_cert_reqs"] = "none"
    return bounded


class Outage:
    """What this process remembers of a Redis that did not answer; of all its threads."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        """``clock``: seconds of a clock that nobody sets."""
        self._clock = clock
        self._until = -inf  # when it may be asked again; -inf: it answers
        self._lock = threading.Lock()
        self.inner = threading.local()  # has ``is_asking`` in a thread that does just now

    def __deepcopy__(self, memo: dict[int, Any]) -> "Outage":
        """Return the same: each connection copies its options, and all remember together."""
        del memo
        return self

    def may_ask(self) -> bool:
        """Return whether to ask now; after the rest one caller may, for all the others."""
        with self._lock:
            now = self._clock()
            if now < self._until:
                return False
            if self._until > -inf:
                self._until = now + REST
            return True

    def failed(self) -> None:
        """Take note that it did not answer."""
        with self._lock:
            self._until = self._clock() + REST

    def answered(self) -> None:
        """Take note that it answers."""
        self._until = -inf


class Remembering(Retry):
    """Tries as ``Retry`` does, and not at all during an outage."""

    def __init__(self, *how: Any, outage: Outage) -> None:
        super().__init__(*how)
        self._outage = outage

    def call_with_retry(
        self, do: Callable[[], T], fail: Callable[..., Any], *more: Any, **options: Any
    ) -> T:
        """Return what ``do`` returns.

        Raises:
            redis.ConnectionError: Redis does not answer, or did not within the last ``REST`` s.
            redis.TimeoutError: It did not answer in time.
            TooLong: Nothing is left of the request's time.
        """
        within(settings.REDIS_TIMEOUT)
        inner = self._outage.inner
        if getattr(inner, "is_asking", False):  # a command connects first, and that is the same try
            return super().call_with_retry(do, fail, *more, **options)
        if not self._outage.may_ask():
            raise redis.ConnectionError(AWAY)
        inner.is_asking = True
        try:
            found = super().call_with_retry(do, fail, *more, **options)
        except _Silent:
            self._outage.failed()
            raise
        finally:
            inner.is_asking = False
        self._outage.answered()
        return found
