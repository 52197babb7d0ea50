"""Too much for the API: what is answered, for whom it counts, and what is counted."""

import pytest

from tests.web.api.conftest import is_problem
from web.platform import limiting, limits
from web.platform.limits import Claim


@pytest.fixture
def counted(settings) -> None:
    """Requests are counted, in this process."""
    settings.RATE_LIMITS = True


def asks(program, method: str, path: str, *, times: int) -> list[int]:
    """Return the statuses of so many requests."""
    return [program.ask(method, path).status_code for _ in range(times)]


def test_who_asks_too_often_is_told_when_to_come_again(counted, program, key_of, monkeypatch):
    few = limits.Limit("api-key", 3, 60, "requests with this API key")
    monkeypatch.setattr("web.keys.access.API_KEY", few)

    statuses = asks(program, "GET", "workspace", times=3)
    answer = program.ask("GET", "workspace")

    assert statuses == [200] * 3
    assert (answer.status_code, is_problem(answer, "limit")) == (429, True)
    assert 0 < int(answer.headers["Retry-After"]) <= 20  # s; one of three comes back each 20 s
    assert answer.json()["detail"].startswith("Too many requests with this API key. Try again in")


def test_a_key_that_asks_too_often_takes_nothing_from_another(
    counted, program, onlooker, monkeypatch
):
    few = limits.Limit("api-key", 3, 60, "requests with this API key")
    monkeypatch.setattr("web.keys.access.API_KEY", few)

    assert asks(program, "GET", "workspace", times=4)[-1] == 429
    assert asks(onlooker, "GET", "workspace", times=3) == [200] * 3


def test_what_a_person_does_on_the_pages_counts_for_his_key(counted, program, run, owner):
    claim = Claim(limiting.SEARCH, f"user:{owner.pk}")
    for _ in range(limiting.SEARCH.count):
        limits.hold(claim)

    answer = program.ask("GET", f"runs/{run.code}/log")

    assert is_problem(answer, "limit")
    assert "searches" in answer.json()["detail"]
    assert program.ask("GET", f"runs/{run.code}").status_code == 200
