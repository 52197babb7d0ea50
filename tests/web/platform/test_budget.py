"""Database connections: what all dynos need, against what the plan allows."""

import json
from pathlib import Path

import pytest

from web.platform import budget, checks

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def plan(settings):
    settings.DATABASE_URL, settings.POOL_URL = "postgres://a:b@db.example/d", ""
    settings.FOLLOWER_URL = ""
    settings.DATABASE_CONNECTIONS, settings.FORMATION = 120, ["web=2", "worker=5"]
    settings.WEB_CONCURRENCY, settings.WEB_THREADS = 2, 5
    return settings


def test_all_dynos_are_summed_up():
    formation = {"web": 2, "worker": 5, "reporter": 1, "clock": 1}

    assert budget.needed(formation, processes=2, threads=5) == 20 + 25 + 5 + 1


def test_a_formation_that_fits_twice_is_content(plan):
    assert checks.connections() == []


@pytest.mark.parametrize(
    ("most", "identity"), [(102, None), (101, "platform.W003"), (51, "platform.W003"),
                           (50, "platform.E004")]
)  # fmt: skip
def test_what_does_not_fit_stops_the_start_and_an_overlap_warns(plan, most, identity):
    plan.DATABASE_CONNECTIONS = most

    found = checks.connections()

    assert [problem.id for problem in found] == ([identity] if identity else [])
    assert all(f"need 51 database connections, and the plan allows {most}" in p.msg for p in found)


@pytest.mark.parametrize(("scaler", "need"), [("off", 51), ("advise", 51), ("on", 96)])
def test_what_the_scaler_may_start_counts_where_it_does(plan, scaler, need):
    plan.SCALER, plan.SCALER_RANGES = scaler, {"worker": (1, 10), "web": (1, 4)}
    plan.DATABASE_CONNECTIONS = 50

    (problem,) = checks.connections()

    assert f"need {need} database connections" in problem.msg


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_CONNECTIONS", 0),
        ("POOL_URL", "postgres://a:b@pool.example/d"),
        ("DATABASE_URL", "postgres://a:b@127.0.0.1:6000/d"),
        ("DATABASE_URL", ""),
    ],
)
def test_where_a_pooler_shares_or_nothing_is_known_nothing_is_held(plan, name, value):
    plan.FORMATION = ["worker=99"]
    setattr(plan, name, value)

    assert checks.connections() == []


@pytest.mark.parametrize("pool", ["", "postgres://a:b@pool.example/d"])
@pytest.mark.parametrize(("most", "identity"), [(25, "platform.W003"), (24, "platform.E004")])
def test_the_follower_is_asked_without_a_pooler_by_console_and_reporter(plan, pool, most, identity):
    plan.DATABASE_URL = "postgres://a:b@127.0.0.1:6000/d"
    plan.FOLLOWER_URL, plan.POOL_URL = "postgres://a:b@follower.example/d", pool
    plan.DATABASE_CONNECTIONS = most

    (problem,) = checks.connections()

    assert problem.id == identity
    assert "all dynos need 25 connections of the follower" in problem.msg


@pytest.mark.parametrize("word", ["web", "web=", "web=two", "dyno=2", "web=-1"])
def test_a_formation_that_makes_no_sense_is_named(plan, word):
    plan.FORMATION = [word]

    (problem,) = checks.connections()

    assert problem.is_serious()
    assert f"got {word!r}" in problem.msg


def test_production_as_it_is_deployed_first_fits_twice_into_its_plan():
    app = json.loads((ROOT / "app.json").read_text())
    formation = {name: dynos["quantity"] for name, dynos in app["formation"].items()}
    most = int(app["env"]["DATABASE_CONNECTIONS"]["value"])

    need = budget.needed(formation, processes=2, threads=5)

    assert "heroku-postgresql:standard-0" in app["addons"]
    assert 2 * need <= most == 120


def test_a_review_app_fits_into_its_plan(plan):
    review = json.loads((ROOT / "app.json").read_text())["environments"]["review"]
    told = {name: int(value["value"]) for name, value in review["env"].items()}
    formation = {name: dynos["quantity"] for name, dynos in review["formation"].items()}

    need = budget.needed(formation, processes=told["WEB_CONCURRENCY"], threads=told["WEB_THREADS"])

    assert need == 15 <= told["DATABASE_CONNECTIONS"] == 20
