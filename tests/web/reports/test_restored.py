"""``manage.py check_restore``: whether rows, objects and keys of a restored service fit."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from tests.web.logs.conftest import record
from web.logs.models import Chunk
from web.platform import secrets
from web.reports.models import Report, ReportState
from web.targets.models import Target


@pytest.fixture
def checked():
    """Return a function that runs the command and returns what it printed."""

    def check() -> str:
        said = StringIO()
        call_command("check_restore", stdout=said)
        return said.getvalue()

    return check


@pytest.fixture
def logged(store):
    """Two sends in the log of a run."""
    store([record(0, 1, at=1.0), record(1, 1, at=2.0)])


@pytest.fixture
def made(ended, object_store):
    """A report that is ready, in one part."""
    object_store.put("parts/1", b"12345")
    parts = [{"key": "parts/1", "size": 5, "rows": 1}]
    return Report.objects.create(
        workspace=ended.workspace, run=ended, state=ReportState.READY, size=5, parts=parts
    )


def test_what_is_whole_is_said_to_be(checked, logged, made):
    said = checked()

    assert "ok    objects of logs: " in said
    assert "records can be read" in said
    assert "ok    the newest report: 5 of 5 bytes" in said
    assert "WRONG" not in said


def test_an_empty_service_is_no_failure(checked, db, object_store):
    assert "-     the newest log: no run has one" in checked()


def test_a_chunk_without_its_object_is_wrong(checked, logged, object_store):
    object_store.delete(Chunk.objects.latest("id").key)

    with pytest.raises(CommandError, match="wrong: objects of logs, the newest log"):
        checked()


def test_a_report_without_its_object_is_wrong(checked, made, object_store):
    object_store.delete("parts/1")

    with pytest.raises(CommandError, match="wrong: the newest report"):
        checked()


def test_a_secret_that_no_key_opens_is_wrong(checked, run, settings, object_store):
    Target.objects.update(sealed_password=secrets.seal("hidden"))
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(CommandError, match="wrong: secrets"):
        checked()
