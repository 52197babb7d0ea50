"""What the tests of logs have, an ended run with a log, and its report."""

import pytest

from tests.web.logs.conftest import *  # noqa: F403 (fixtures are found by their names)
from tests.web.logs.conftest import record
from web.reports.actions import ask_for_report
from web.reports.models import Report
from web.runs import endings, leasing
from web.runs.models import Outcome, Run


@pytest.fixture
def ended(run, store, lease) -> Run:
    """Return an ended run with six sends of three mocks in two chunks, and another event."""
    store([record(m, 1, at=m) for m in range(3)])
    lost = record(1, None, at=5, event="lost", result=None, payload=None, reason="connection reset")
    store([*(record(m, 2, at=10 + m) for m in range(3)), lost])
    leasing.release(lease, outcome=Outcome.FINISHED)
    endings.end_run(run.id)
    return Run.objects.get()


@pytest.fixture
def report(ended, owner, asked) -> Report:
    return ask_for_report(ended, by=owner)
