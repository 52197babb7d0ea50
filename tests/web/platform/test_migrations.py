"""Old code beside a migrated database, as during each deploy: tests/web/platform/walk.py."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from workshop import parts
from workshop.supervisor import Supervisor, free_port

from tests.web.platform.walk import RELEASED

ROOT = Path(__file__).parent.parent.parent.parent
WITHIN = 1_800.0  # s on a busy machine; 30 s on a quiet one
# Columns that old code must fill and does not know. No code ran anywhere when they came; a later
# migration may not stand here: it gives the column a db_default, or comes in two releases.
BEFORE_FIRST_RELEASE = {
    "accounts.0002_staff",
    "datasets.0004_credentials",
    "logs.0003_searchable_chunks",
    "lots.0002_options",
    "lots.0003_tags",
    "reports.0003_downloads",
    "runs.0003_verdict",
    "runs.0005_faults_and_way_back",
    "runs.0006_tags",
    "runs.0007_surviving",
    "runs.0011_growing",
    "runs.0012_hosts",
    "targets.0002_options",
    "targets.0004_credentials",
    "targets.0005_fields_and_profiles",
}
pytestmark = [pytest.mark.parts("postgres"), pytest.mark.xdist_group("migrations")]


@pytest.fixture(scope="module")
def found(supervisor: Supervisor, parts_folder: Path) -> dict[str, Any]:
    """What the walk through all migrations found, on a Postgres of its own."""
    child, server = parts.postgres(parts_folder / "walk", port=free_port())
    supervisor.start(child)
    server.execute("CREATE DATABASE walk")
    own = {"DATABASE_URL": server.url("walk"), "DJANGO_SETTINGS_MODULE": "web.settings"}
    left_out = ("DATABASE_CONNECTION_POOL_URL",)
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.platform.walk"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in left_out} | own,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_old_code_can_live_with_each_migration(found: dict[str, Any]) -> None:
    broken = {
        name: words
        for name, words in found["walked"].items()
        if words and name not in BEFORE_FIRST_RELEASE
    }

    assert broken == {}


def test_what_is_excused_from_before_the_first_release_needs_to_be(found: dict[str, Any]) -> None:
    broken = {name for name, words in found["walked"].items() if words}

    assert BEFORE_FIRST_RELEASE - broken == set()


def test_the_code_of_the_last_release_can_live_with_all_migrations_at_once(
    found: dict[str, Any],
) -> None:
    assert found["leapt"] == []


def test_whatever_was_released_is_older_than_what_is_excused() -> None:
    released = json.loads(RELEASED.read_text())

    later = {
        name for name in BEFORE_FIRST_RELEASE if name.split(".")[1] > released[name.split(".")[0]]
    }

    assert later == set()


def test_migrations_that_old_code_cannot_live_with_are_found(found: dict[str, Any]) -> None:
    missed = [what for what, words in found["planted"].items() if not words]

    assert missed == [
        "fine: a column that may be empty",
        "fine: a column with a default in the database",
    ]
    assert len(found["planted"]) == 10
