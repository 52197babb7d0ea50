"""Redis, there and not there."""

import pytest

from web.platform import redis

PATIENT = 60.0  # s that a Redis of a busy machine may take for an answer


@pytest.fixture
def no_redis(settings):
    """Settings that lead to a port where nobody listens."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.REDIS_RETRIES = 0
    redis.connection.cache_clear()
    yield
    redis.connection.cache_clear()


@pytest.fixture
def real_redis(redis_port, settings) -> str:
    """Settings that lead to an empty database of a running server; its address."""
    settings.REDIS_URL = f"redis://127.0.0.1:{redis_port}/7"
    settings.REDIS_TIMEOUT = PATIENT
    settings.REDIS_TIMEOUT = 30.0  # a busy machine is no silent server
    redis.connection.cache_clear()
    redis.connection().flushdb()
    yield settings.REDIS_URL
    redis.connection().close()
    redis.connection.cache_clear()
