from datetime import timedelta

import pytest
from django.utils import timezone

from simulator import Link, Second
from tests.web.runs.conftest import START, failing, snapshot
from web.runs import actions
from web.runs.desk import Desk
from web.runs.endings import rulings
from web.runs.models import Run

THRESHOLDS = "thresholds: [failed <= 0.1%, latency p99 < 5ms]\n"


@pytest.fixture
def run(make_lot, owner, object_store, asked, published) -> Run:
    return actions.start_run(make_lot(options=THRESHOLDS), by=owner)


def worked(run: Run, **changes) -> Run:
    """Let a tower tell of the run's only shard: 60 sends, each acknowledged in 10 ms."""
    desk = Desk(tower="tower-1", capacity=10_000, clock=lambda: 1_000.0)
    [assignment] = desk.work([]).begin
    desk.work([snapshot(assignment.shard, **changes)])
    run.refresh_from_db()
    return run


def test_a_run_is_judged_by_the_thresholds_that_its_lot_had(run):
    run.lot.options = ""
    run.lot.save()

    ended = worked(run, state="ended")

    assert ended.verdict == "failed"
    assert [(each["text"], each["kept"]) for each in ended.rulings] == [
        ("failed <= 0.1%", True),
        ("latency p99 < 5ms", False),
    ]
    assert ended.rulings[1]["measured"] == pytest.approx(0.010, rel=0.01)


def test_a_run_without_thresholds_is_neither_passed_nor_failed(
    make_lot, owner, object_store, asked, published
):
    ended = worked(actions.start_run(make_lot(), by=owner), state="ended")

    assert (ended.rulings, ended.verdict) == ([], "")


def test_the_page_shows_each_limit_and_what_was_measured(client_of, owner, run):
    ended = worked(run, state="ended")

    page = client_of(owner).get(run.get_absolute_url()).content.decode()

    assert "latency p99 &lt; 5ms" in page
    assert ended.rulings[1]["words"] in page
    assert ">missed<" in page
    assert ">failed<" in page
    assert "A threshold was missed: <code>latency p99 &lt; 5ms</code>" in page
    assert "so far" not in page


def test_the_page_of_a_live_run_says_how_it_fares_so_far(client_of, owner, run):
    worked(run)

    page = client_of(owner).get(run.get_absolute_url()).content.decode()

    assert "so far" in page
    assert ">kept<" in page
    assert "A threshold was missed" not in page


def test_the_page_has_the_percentiles_of_what_was_measured(client_of, owner, run):
    worked(run)

    page = client_of(owner).get(run.get_absolute_url()).content.decode()

    assert "Sent to acknowledged" in page
    assert "end to end" not in page


def test_a_page_says_that_nothing_is_acknowledged_in_place_of_a_latency(client_of, owner, run):
    unanswered = Second(at=int(START), due=60, sent=60)
    worked(run, total=unanswered, seconds=[unanswered])

    page = client_of(owner).get(run.get_absolute_url()).content.decode()

    assert "nothing is acknowledged here" in page


def test_a_mock_that_is_connected_and_fails_says_both(client_of, owner, run):
    desk = Desk(tower="tower-1", capacity=10_000, clock=lambda: 1_000.0)
    [assignment] = desk.work([]).begin
    told = failing(assignment.shard)
    told.board["link"][0] = Link.CONNECTED
    desk.work([told])

    page = client_of(owner).get(run.get_absolute_url(), {"search": "f-000"}).content.decode()

    assert '<span class="badge" data-state="ok">connected</span>' in page
    assert '<span class="badge" data-state="failed">failing</span>' in page


def test_a_share_of_connected_mocks_is_of_those_that_were_to_be_on_by_then(
    make_lot, owner, object_store, asked, published
):
    stages = "pace: {stages: [{until: 10s, mocks: 5}, {until: 50min}, {until: 59min, mocks: 20}]}"
    options = f"{stages}\nthresholds: [connected >= 100%]"
    lot = make_lot(options=options, duration=timedelta(hours=1))
    run = actions.start_run(lot, by=owner)
    Run.objects.update(started_at=timezone.now() - timedelta(seconds=30))
    run.refresh_from_db()

    [ruling] = rulings(run, Second(at=0, connects=5))

    assert (ruling["kept"], ruling["words"]) == (True, "100%")
