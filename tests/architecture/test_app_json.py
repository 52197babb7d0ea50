"""The platform's files agree with each other and with the platform's schema."""

import json
import shlex
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from jsonschema import Draft7Validator

ROOT = Path(__file__).parent.parent.parent
SCHEMA = json.loads((Path(__file__).parent / "heroku_app_schema.json").read_text())
APP = json.loads((ROOT / "app.json").read_text())
PROCESSES = {
    name.strip(): shlex.split(command)
    for name, _, command in (
        line.partition(":") for line in (ROOT / "Procfile").read_text().splitlines()
    )
}


def problems(app: object) -> list[str]:
    return [error.message for error in Draft7Validator(SCHEMA).iter_errors(app)]


def test_app_json_is_valid_against_the_schema_of_the_platform():
    assert problems(APP) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"unknown": 1},
        {"formation": {"web": {"quantity": "1"}}},
        {"env": {"SECRET_KEY": {"generator": "random"}}},
        {"buildpacks": ["heroku/python"]},
        {"scripts": {"test": "bin/test"}},
        {"environments": {"staging": {}}},
    ],
)
def test_the_schema_refuses_what_the_platform_refuses(wrong):
    assert problems({**APP, **wrong})


def test_every_process_is_in_the_formation_and_nothing_else():
    assert set(PROCESSES) == {"release", "web", "worker", "reporter", "clock"}
    assert set(APP["formation"]) == set(PROCESSES) - {"release"}
    assert set(APP["environments"]["review"]["formation"]) == set(APP["formation"])


def test_every_process_starts_a_command_that_exists():
    managed = {name: words for name, words in PROCESSES.items() if "manage.py" in words}

    for words in managed.values():
        assert words[words.index("manage.py") + 1] in get_commands()
    assert PROCESSES["web"] == ["gunicorn", "web.wsgi"]


def test_every_queue_has_a_process_that_works_on_it():
    worked = [name for words in PROCESSES.values() if "work" in words for name in words[3:]]

    assert sorted(worked) == sorted(settings.QUEUES)


def test_the_release_migrates_without_the_pooler():
    assert PROCESSES["release"][:3] == ["env", "-u", "DATABASE_CONNECTION_POOL_URL"]
    assert "migrate" in PROCESSES["release"]


def test_only_one_file_names_the_version_of_python():
    assert (ROOT / "runtime.txt").read_text().startswith("python-3.")
    assert not (ROOT / ".python-version").exists()
    assert not (ROOT / "package.json").exists()
