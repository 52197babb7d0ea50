"""The one connection pool to Redis, with a limit on every wait."""

import logging
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import ConstantBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)
RETRY_WAIT = 0.1  # s

Unavailable = (redis.ConnectionError, redis.TimeoutError)
"""What every command raises when Redis does not answer within ``REDIS_TIMEOUT``."""


@cache
def connection() -> redis.Redis:
    """Return this process's client, which connects when it is first used.

    The pool notices a fork by itself, so that a work horse never shares its parent's sockets.
    """
    return redis.Redis.from_url(settings.REDIS_URL, **options(settings.REDIS_URL))


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
