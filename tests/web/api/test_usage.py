"""Usage through the API: months, runs in pages, the plan, and what a run costs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.web.api.conftest import is_problem
from tests.web.usage.conftest import used  # noqa: F401
from web.usage import actions
from web.usage.models import Plan
from web.usage.months import month_of

OCTOBER = datetime(2020, 10, 5, tzinfo=UTC)  # before all that is now
LATER = datetime(2065, 1, 15, tzinfo=UTC)  # after it


@pytest.fixture
def price(db):
    return actions.set_price("customer.messages", Decimal(2), since=month_of(LATER), by=None)


def test_months_are_told_with_what_is_charged(program, used, price):  # noqa: F811
    used(messages=500_000, at=LATER)
    used(messages=3, at=OCTOBER)

    newest, *_, oldest = program.ask("GET", "/api/v1/usage/months").json()

    assert (newest["messages"], Decimal(newest["charged"])) == (500_000, 1)
    assert (oldest["month"], oldest["messages"], oldest["charged"]) == ("2020-10", 3, None)


def test_runs_of_a_month_come_in_pages(program, used):  # noqa: F811
    for minute in range(3):
        used(run_name=f"Run {minute}", at=OCTOBER + timedelta(minutes=minute))

    first = program.ask("GET", "/api/v1/usage/runs?month=2020-10&limit=2").json()
    rest = program.ask(
        "GET", f"/api/v1/usage/runs?month=2020-10&limit=2&cursor={first['next']}"
    ).json()

    assert [row["name"] for row in first["items"]] == ["Run 2", "Run 1"]
    assert [row["name"] for row in rest["items"]] == ["Run 0"]
    assert rest["next"] is None


def test_what_is_no_month_is_told_at_its_place(program):
    answer = program.ask("GET", "/api/v1/usage/runs?month=x")

    assert answer.status_code == 422
    assert is_problem(answer, "invalid")
    assert answer.json()["errors"][0]["pointer"] == "/month"


def test_the_plan_is_told_with_what_is_used(program):
    assert program.ask("GET", "/api/v1/usage/plan").json() == {
        "plan": None, "stops_runs": False, "limits": [],
    }  # fmt: skip
    Plan.objects.create(name="Small", runs=4, is_default=True)

    told = program.ask("GET", "/api/v1/usage/plan").json()

    assert told["plan"] == "Small"
    assert told["limits"] == [{"name": "runs", "unit": "runs at once", "limit": 4, "used": 0.0}]
