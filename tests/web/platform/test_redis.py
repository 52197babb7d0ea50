import socket

import pytest
import redis as library

from web.platform import redis


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


class Silent:
    """A server at a real port that takes connections and says nothing."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.listener.setblocking(False)
        self.kept = []

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.listener.getsockname()[1]}/0"

    def met(self):
        """Return how many connections were made since the last time."""
        met = 0
        while True:
            try:
                self.kept.append(self.listener.accept()[0])
            except BlockingIOError:
                return met
            met += 1

    def close(self):
        for each in (*self.kept, self.listener):
            each.close()


@pytest.fixture
def silent(settings):
    settings.REDIS_TIMEOUT = 0.02
    settings.REDIS_RETRIES = 0
    server = Silent()
    yield server
    server.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def client(silent, clock):
    client = redis.client(silent.url, outage=redis.Outage(clock=clock))
    yield client
    client.close()


def test_a_redis_that_is_away_is_asked_once_and_then_left_alone(silent, client):
    with pytest.raises(redis.Unavailable):
        client.ping()
    first = silent.met()

    for ask in (client.ping, lambda: client.mget(["a", "b"]), client.pipeline().get("a").execute):
        with pytest.raises(library.ConnectionError, match="did not answer a moment ago"):
            ask()

    assert first == 1
    assert silent.met() == 0


def test_after_the_rest_it_is_asked_again(silent, client, clock):
    with pytest.raises(redis.Unavailable):
        client.ping()
    silent.met()

    clock.now += redis.REST - 0.1
    with pytest.raises(redis.Unavailable):
        client.ping()
    during = silent.met()
    clock.now += 0.2
    with pytest.raises(redis.Unavailable):
        client.ping()

    assert (during, silent.met()) == (0, 1)


def test_a_port_at_which_nobody_listens_is_remembered_too(silent, client):
    silent.listener.close()
    with pytest.raises(redis.Unavailable, match="refused"):
        client.ping()

    with pytest.raises(redis.Unavailable, match="a moment ago"):
        client.ping()


def test_after_the_rest_one_asks_for_all(clock):
    outage = redis.Outage(clock=clock)
    outage.failed()
    clock.now += redis.REST

    assert [outage.may_ask() for _ in range(3)] == [True, False, False]

    outage.answered()
    assert [outage.may_ask() for _ in range(3)] == [True, True, True]


@pytest.mark.parts("redis")
def test_a_redis_that_refuses_is_unavailable_but_does_not_count_as_silent(redis_port):
    server = library.Redis(port=redis_port)
    client = redis.client(f"redis://127.0.0.1:{redis_port}/0", outage=redis.Outage())
    server.config_set("maxmemory", "1")

    try:
        with pytest.raises(redis.Unavailable, match="maxmemory"):
            client.set("mocklot:test", "x")
        answered = client.ping()
    finally:
        server.config_set("maxmemory", "0")
        server.close()
        client.close()

    assert answered
