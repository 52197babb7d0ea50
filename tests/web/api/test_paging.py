"""Lists of the API in pages: nothing twice, nothing left out, and cursors that are none of ours."""

import json
from base64 import urlsafe_b64encode

import pytest
from django.utils import timezone

from tests.web.api.conftest import is_problem
from web.runs.actions import start_run
from web.runs.models import Run
from web.targets.models import Target


@pytest.fixture
def brokers(workspace) -> list[str]:
    """Return the names of five targets, two of them the same but for case, in order."""
    names = ["Aden", "Bergen", "Bremen", "Cork", "bergen"]
    for name in reversed(names):
        Target.objects.create(workspace=workspace, name=name, host="broker.example", port=1883)
    return names


@pytest.fixture
def runs(lot, owner, object_store, asked) -> list[str]:
    """Return the codes of five runs that were made in one moment, the newest first."""
    made = [start_run(lot, by=owner) for _ in range(5)]
    Run.objects.update(created=timezone.now())
    return [str(run.code) for run in reversed(made)]


def pages_of(program, path: str, *, limit: int) -> list[list[dict]]:
    """Return the items of every page of a list."""
    found, cursor = [], ""
    while cursor is not None:
        page = program.get(f"{path}?limit={limit}&cursor={cursor}")
        found.append(page["items"])
        cursor = page["next"]
    return found


@pytest.mark.parametrize("limit", [1, 2, 5, 200])
def test_a_list_by_name_comes_whole_in_pages(program, brokers, limit):
    pages = pages_of(program, "targets", limit=limit)

    assert sorted(row["name"] for page in pages for row in page) == brokers
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert len(pages) == -(-len(brokers) // limit)


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_runs_of_one_moment_come_newest_first_and_once(program, runs, limit):
    pages = pages_of(program, "runs", limit=limit)

    assert [row["code"] for page in pages for row in page] == runs


def test_rows_that_come_and_go_move_no_page(program, workspace, brokers):
    first = program.get("targets?limit=2")
    Target.objects.filter(name="Aden").delete()
    Target.objects.create(workspace=workspace, name="Aarhus", host="broker.example", port=1883)

    second = program.get(f"targets?limit=2&cursor={first['next']}")

    assert [row["name"] for row in first["items"]] == brokers[:2]
    assert [row["name"] for row in second["items"]] == brokers[2:4]


def cursor(place: object) -> str:
    return urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


@pytest.mark.parametrize("path", ["targets", "runs"])
@pytest.mark.parametrize(
    "wrong",
    ["x", "!!", "é", cursor("2"), cursor([]), cursor(["a", "b"]), cursor(["a", float("inf")]),
     cursor([None, None]), cursor([1, 2, 3]), cursor(["a", 1.5]), cursor(["a", -1]),
     cursor(["a", 2**63]), cursor(["\0", 1]), cursor(["\ud800", 1]), cursor(["2026-11-23", 1.0])],
)  # fmt: skip
def test_a_cursor_that_is_none_of_ours_is_told(program, path, wrong):
    answer = program.ask("GET", f"{path}?cursor={wrong}")

    assert is_problem(answer, "invalid"), answer.content
    assert [(each["pointer"], each["in"]) for each in answer.json()["errors"]] == [
        ("/cursor", "query")
    ]


@pytest.mark.parametrize("limit", ["0", "201", "many"])
def test_a_page_has_1_to_200_rows(program, limit):
    answer = program.ask("GET", f"targets?limit={limit}")

    assert is_problem(answer, "invalid")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/limit"]


def test_a_moment_without_its_zone_is_no_place_of_a_run(program):
    answer = program.ask("GET", f"runs?cursor={cursor(['2026-11-23T10:00:00', 1])}")

    assert is_problem(answer, "invalid"), answer.content
