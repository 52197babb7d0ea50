"""Reports through the API: asked for, and an address of each part once they are made."""

import pytest

from tests.web.api.conftest import is_problem
from tests.web.reports.conftest import ended  # noqa: F401 (a fixture)
from web.reports.jobs import make_report
from web.reports.models import Report, ReportState


@pytest.fixture
def path(program, request) -> str:
    """Return the path of a report that was asked for."""
    run = request.getfixturevalue("ended")
    return f"reports/{program.post(f'runs/{run.code}/reports', {'form': 'jsonl'})['code']}"


def test_a_report_is_asked_for_made_and_fetched(program, path):
    make_report(str(Report.objects.get().code))

    told = program.get(path)

    assert (told["state"], told["rows"], told["parts"]) == ("ready", 7, 1)
    assert Report.objects.get().files[0]["key"] in program.get(f"{path}/link")["url"]


@pytest.mark.parametrize("state", [each for each in ReportState if each != ReportState.READY])
def test_a_report_that_is_not_ready_has_no_file_and_says_why(program, path, state):
    Report.objects.update(state=state)

    answer = program.ask("GET", f"{path}/link")

    assert is_problem(answer, "conflict")
    assert answer.json()["detail"] == f"This report has no file: its state is {state.value}."


def test_a_part_that_there_is_not_is_missing(program, path):
    make_report(str(Report.objects.get().code))

    assert is_problem(program.ask("GET", f"{path}/link?part=2"), "missing")
