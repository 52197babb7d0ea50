"""The pages of usage: a workspace's months and runs, and what one run cost."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from simulator import Second
from tests.web.usage.conftest import NOON
from web.runs import series
from web.runs.models import Run, Stretch
from web.usage import actions, listing
from web.usage.cost_pages import quantities_used
from web.usage.models import Use

OCTOBER = datetime(2026, 10, 5, tzinfo=UTC)


def text_of(answer) -> str:
    return b"".join(answer.streaming_content).decode()


@pytest.fixture
def page(workspace) -> str:
    return reverse("usage:index", args=[workspace.code])


def test_an_empty_month_says_so(client_of, owner, page):
    said = client_of(owner).get(page).content.decode()

    assert "Nothing was run in this month" in said
    assert "This workspace has no limits" in said


def test_a_month_has_its_sums_and_a_row_a_run(client_of, viewer, page, used):
    used(run_name="Small", messages=5, at=OCTOBER)
    used(run_name="Large", messages=1_000_000, mock_seconds=36_000, at=OCTOBER)
    used(run_name="Other month")

    said = client_of(viewer).get(page, {"month": "2026-10"}).content.decode()

    assert "1,000,005" in said
    assert "Small" in said
    assert "Large" in said
    assert "Other month" not in said
    assert "October 2026" in said
    assert said.count("<rect ") >= 4


@pytest.mark.parametrize(("order", "first"), [("messages", "Small"), ("-messages", "Large")])
def test_runs_are_sorted_by_their_headings(client_of, owner, page, used, order, first):
    used(run_name="Small", messages=5, at=OCTOBER)
    used(run_name="Large", messages=9, at=OCTOBER)

    said = client_of(owner).get(page, {"month": "2026-10", "order": order}).content.decode()
    rows = said[said.index('<h2 class="section">Runs') :]

    other = "Large" if first == "Small" else "Small"
    assert rows.index(first) < rows.index(other)


@pytest.mark.parametrize("month", ["", "2026-13", "x", "20266-1", "0000-01"])
def test_a_month_that_is_none_is_the_present_one(client_of, owner, page, month):
    assert client_of(owner).get(page, {"month": month}).status_code == 200


def test_the_page_asks_a_fixed_number_of_questions(
    client_of, owner, page, used, django_assert_max_num_queries
):
    for number in range(30):
        used(run_name=f"Run {number}", at=timezone.now())
    olga = client_of(owner)

    with django_assert_max_num_queries(24):
        olga.get(page)


def test_a_months_runs_are_a_file(client_of, owner, workspace, used):
    used(run_name="=1+1", messages=7, at=OCTOBER)

    answer = client_of(owner).get(reverse("usage:download", args=[workspace.code, "2026-10"]))
    rows = list(csv.DictReader(io.StringIO(text_of(answer))))

    assert answer.headers["Content-Disposition"] == 'attachment; filename="usage-2026-10-1.csv"'
    assert [(row["name"], row["messages"]) for row in rows] == [("'=1+1", "7")]
    assert rows[0]["started_at"] == "2026-10-05T00:00:00Z"


def test_a_long_file_comes_in_parts(client_of, owner, workspace, page, used, monkeypatch):
    monkeypatch.setattr(listing, "MOST", 2)
    for number in range(5):
        used(run_name=f"Run {number}", at=OCTOBER)
    address = reverse("usage:download", args=[workspace.code, "2026-10"])
    olga = client_of(owner)

    parts = [text_of(olga.get(address, {"part": part})) for part in (1, 2, 3)]

    assert [part.count("Run ") for part in parts] == [2, 2, 1]
    assert olga.get(address, {"part": 4}).status_code == 404
    assert olga.get(address, {"part": "x"}).status_code == 404
    assert "CSV, part 3" in olga.get(page, {"month": "2026-10"}).content.decode()


def test_a_month_of_an_address_that_is_none_is_not_there(client_of, owner, workspace):
    address = reverse("usage:download", args=[workspace.code, "2026-99"])

    assert client_of(owner).get(address).status_code == 404


def test_what_is_charged_is_told_once_prices_are_set(client_of, owner, page, used):
    used(messages=2_500_000, at=timezone.now())
    since = timezone.now().date().replace(day=1)
    actions.set_price("customer.messages", Decimal("1.20"), since=since, by=None)

    said = client_of(owner).get(page).content.decode()

    assert "2,500,000 messages × $1.20 per 1,000,000" in said
    assert "$3.00" in said


def test_a_run_shows_what_was_expected_beside_what_it_used(client_of, owner, run):
    Run.objects.filter(id=run.id).update(started_at=timezone.now() - timedelta(seconds=30))
    Use.objects.create(
        workspace=run.workspace, workspace_code=run.workspace.code, workspace_name="x",
        run=run, run_code=run.code, run_name=run.name, started_at=NOON,
        month=NOON.date().replace(day=1), until=timezone.now(), mocks=20, messages=60,
        mock_seconds=600, tower_seconds=30.0, towers=1,
    )  # fmt: skip

    said = client_of(owner).get(reverse("usage:run", args=[run.workspace.code, run.code]))

    text = said.content.decode()
    assert said.status_code == 200
    assert "Expected" in text
    assert "Used so far" in text
    assert "Machines kept running, for a month" in text
    assert "Containers by the second" in text


def test_a_live_run_shows_its_best_rate_and_not_the_average(run):
    begun = timezone.now() - timedelta(seconds=60)
    Run.objects.filter(id=run.id).update(started_at=begun)
    run.refresh_from_db()
    first = int(begun.timestamp()) + 1
    points = [Second(at=first, acknowledged=60), Second(at=first + 1, acknowledged=20)]
    Stretch.objects.create(shard=run.shards.get(), first=1, data=series.pack(points))

    used = quantities_used(run, [Use(messages=120, until=begun + timedelta(seconds=60))])

    assert used.rate == 60


def test_a_run_that_nobody_has_begun_has_no_cost_yet(client_of, owner, run):
    said = client_of(owner).get(reverse("usage:run", args=[run.workspace.code, run.code]))

    assert "Nothing is known yet" in said.content.decode()


def test_a_lot_shows_what_it_needs_before_it_starts(client_of, owner, lot, object_store):
    said = client_of(owner).get(lot.get_absolute_url()).content.decode()

    assert "What it needs and costs" in said
    assert "1 × standard-1x" in said
    assert "Here, by the second" in said


def test_who_is_asked_before_a_start_reads_what_it_costs(client_of, owner, run, make_lot):
    other = make_lot(name="Day shift")

    said = client_of(owner).post(reverse("lots:start", args=[other.workspace.code, other.code]))

    assert said.status_code == 422
    assert (
        "It would send about 120 messages on 1 × standard-1x, and cost $" in said.content.decode()
    )
