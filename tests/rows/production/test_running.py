"""Rows of how the service runs: where its logs go, and what keeps tests and deploys short."""

import re
import shlex
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from workshop import checks, parts
from workshop.supervisor import free_port

from web.databases import database_of

ROOT = Path(__file__).parents[3]
SLEEP = re.compile(r"\btime\.sleep\((\d+(?:\.\d+)?)\)")
ALIAS = "unprepared"
LONGEST_SLEEP = 1.0  # s that a test may sleep; those of loops sleep in virtual time


def files(*folders: str) -> list[Path]:
    return [file for folder in folders for file in (ROOT / folder).rglob("*.py")]


def test_logs_go_to_stdout_and_to_no_file():
    handlers = settings.LOGGING["handlers"].values()

    assert {each["class"] for each in handlers} == {"logging.StreamHandler"}
    assert {each["stream"] for each in handlers} == {"ext://sys.stdout"}
    wrong = [f for f in files("web", "simulator") if "FileHandler" in f.read_text("utf-8")]
    assert wrong == []


def test_test_times_stay_short_because_nothing_sleeps_and_groups_run_beside_each_other():
    slept = [
        (file.name, float(seconds))
        for file in files("tests/simulator", "tests/web", "tests/rows")
        for seconds in SLEEP.findall(file.read_text("utf-8"))
        if float(seconds) > LONGEST_SLEEP
    ]

    assert slept == []
    assert checks.LANES >= 2
    assert any("-n" in group.command for group in checks.groups(""))


def test_deploy_times_stay_short_because_the_release_phase_migrates_and_does_nothing_else():
    lines = (ROOT / "Procfile").read_text().splitlines()
    commands = {
        name: shlex.split(command) for name, _, command in (line.partition(":") for line in lines)
    }

    assert commands["release"][-4:] == ["python", "manage.py", "migrate", "--noinput"]
    assert set(commands["release"][:-4]) == {"env", "-u", "DATABASE_CONNECTION_POOL_URL"}


@pytest.fixture
def direct(supervisor, parts_folder, django_db_blocker, tmp_path):
    """A connection to Postgres itself, as processes have it."""
    child, server = parts.postgres(parts_folder / "unprepared", port=free_port())
    supervisor.start(child)
    made = database_of(server.url("postgres"), is_pooled=False, run_dir=tmp_path)
    known = connections.configure_settings({"default": made, ALIAS: made})
    connections.settings[ALIAS] = known[ALIAS]
    with django_db_blocker.unblock():
        yield connections[ALIAS]
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


@pytest.mark.parts("postgres")
def test_nothing_is_prepared_on_the_database_however_often_it_is_asked(direct):
    with direct.cursor() as cursor:
        for _ in range(20):  # psycopg prepares what comes a fifth time, unless it is told not to
            cursor.execute("SELECT count(*) FROM pg_class WHERE oid = %s", [1])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        [prepared] = cursor.fetchone()

    assert prepared == 0
