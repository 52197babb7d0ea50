"""How often somebody may do something: by a real Redis, and without one."""

import pytest

from tests.web.platform.conftest import PATIENT
from web.platform import limiting, limits, redis
from web.platform.limits import Claim, Limit, OverLimit

HOUR = 3_600
# One of three comes back each hour: none while a test goes on, however slow its machine is.
FEW = Limit("few", 3, 3 * HOUR, "tries")
MANY = Limit("many", 100, 100 * HOUR, "tries")


@pytest.fixture
def counted(redis_port, settings, monkeypatch):
    """Count in a Redis of the test."""
    settings.RATE_LIMITS = True
    settings.REDIS_URL = f"redis://127.0.0.1:{redis_port}/9"
    settings.REDIS_TIMEOUT = PATIENT
    redis.connection.cache_clear()
    monkeypatch.setattr(limits, "shared", limits.Shared())
    redis.connection().flushdb()
    yield
    redis.connection.cache_clear()


@pytest.fixture
def alone(settings):
    """Count in this process."""
    settings.RATE_LIMITS = True


def held(claim: Claim, times: int) -> int:
    """Return how many of so many tries were refused."""
    refused = 0
    for _ in range(times):
        try:
            limits.hold(claim)
        except OverLimit:
            refused += 1
    return refused


@pytest.mark.parts("redis")
def test_a_limit_lets_its_count_through_and_holds_the_rest(counted):
    assert held(Claim(FEW, "a"), 10) == 7
    assert held(Claim(FEW, "b"), 3) == 0


@pytest.mark.parts("redis")
def test_it_says_when_to_come_again(counted):
    held(Claim(FEW, "a"), 3)

    with pytest.raises(OverLimit, match=r"Too many tries\. Try again in") as over:
        limits.hold(Claim(FEW, "a"))

    assert 0 < over.value.wait <= HOUR


@pytest.mark.parts("redis")
def test_where_one_of_two_is_used_up_nothing_is_counted(counted):
    held(Claim(FEW, "a"), 3)

    for _ in range(200):
        with pytest.raises(OverLimit):
            limits.hold(Claim(MANY, "a"), Claim(FEW, "a"))

    assert held(Claim(MANY, "a"), 100) == 0


@pytest.mark.parts("redis")
def test_what_is_forgotten_is_as_if_it_had_not_been(counted):
    held(Claim(FEW, "a"), 3)

    limits.forget(Claim(FEW, "a"))

    assert held(Claim(FEW, "a"), 4) == 1


@pytest.mark.parts("redis")
def test_redis_keeps_no_address_and_nothing_for_longer_than_it_needs(counted):
    limits.hold(Claim(FEW, "olga@example.org"))

    (key,) = redis.connection().keys("*")
    assert b"olga" not in key
    assert 0 < redis.connection().pttl(key) <= HOUR * 1_000


def test_without_redis_each_process_counts_for_itself(alone, no_redis, monkeypatch):
    monkeypatch.setattr(limits, "shared", limits.Shared())

    assert held(Claim(FEW, "a"), 10) == 7


def test_a_process_remembers_only_so_many(alone, monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEYS", 2)
    counter = limits.Local()
    for key in "abc":
        counter.take([Claim(FEW, key)] * 1)

    assert len(counter._due) == 2


def test_limits_can_be_switched_off(settings):
    settings.RATE_LIMITS = False

    assert held(Claim(FEW, "a"), 10) == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 s"), (90, "90 s"), (150, "3 min"), (3_600, "60 min"), (9_000, "3 h")],
)
def test_a_wait_is_said_as_people_do(seconds, words):
    assert limits.spoken(seconds) == words


def test_every_limited_address_exists():
    from tests.web.test_strangers import patterns  # noqa: PLC0415 (it walks all addresses)

    names = {pattern.name for _, pattern in patterns()}

    limited = {name.rpartition(":")[2] for name in (*limiting.PAGES, *limiting.WRITES)}
    assert limited <= names


@pytest.mark.django_db
def test_a_page_over_its_limit_says_so_with_a_time(alone, client, monkeypatch):
    monkeypatch.setitem(limiting.WRITES, "ask_password", FEW)

    answers = [client.post("/password/reset/", {"email": "a@example.org"}) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= HOUR
    assert "That was too often" in answers[-1].content.decode()


@pytest.mark.django_db
def test_a_program_is_told_in_json(alone, client, monkeypatch):
    monkeypatch.setitem(limiting.WRITES, "ask_password", Limit("none", 1, HOUR, "tries"))
    client.post("/password/reset/", {"email": "a@example.org"})

    answer = client.post("/password/reset/", {}, headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["error"]) == (429, "too_many_requests")
    assert answer.json()["retry_after"] == int(answer.headers["Retry-After"])


@pytest.mark.django_db
def test_who_is_signed_in_is_counted_by_account_and_not_by_address(
    alone, client_of, owner, teammate, monkeypatch
):
    monkeypatch.setitem(limiting.PAGES, "account", Limit("one", 1, HOUR, "looks"))

    assert client_of(owner).get("/account/").status_code == 200
    assert client_of(owner).get("/account/").status_code == 429
    assert client_of(teammate).get("/account/").status_code == 200
