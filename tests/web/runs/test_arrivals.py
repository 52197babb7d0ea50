"""What arrived of a run, on its page: by a subscription, by a counter, by part."""

import pytest
from django.urls import reverse

from simulator import Second
from tests.web.runs.conftest import DEFINITION, START, snapshot
from tests.web.runs.test_desk import begun
from web.definitions import actions as definitions
from web.lots.actions import PartPlan, save_lot
from web.runs import actions, pages
from web.runs.arrivals import report_of
from web.runs.desk import Desk
from web.runs.mocks import Wish
from web.runs.models import Run

WAY_BACK = 'way_back: {kind: subscription, filter: "fridges/#"}\n'


def second(**counts):
    return Second(at=int(START), due=100, acknowledged=100, **counts)


def shown(client, run):
    return client.get(run.get_absolute_url()).content.decode()


@pytest.fixture
def observed_run(lot, owner, object_store, asked, published) -> Run:
    lot.target.options = WAY_BACK
    lot.target.save()
    return actions.start_run(lot, by=owner)


def test_a_run_knows_how_its_target_tells_what_arrives(observed_run):
    assert observed_run.way_back == "subscription"


def test_arrivals_are_figures_with_their_meaning(client_of, viewer, observed_run):
    tower, shard = begun(observed_run)
    total = second(arrived=90, missing=4, duplicates=3, disordered=2, unfollowed=1)

    tower.work([snapshot(shard, total=total)])
    page = shown(client_of(viewer), observed_run)

    for words in (
        "of the 100 messages that were written",
        "95.74 % of those that were looked for",
        "written, and not seen in time",
        "came again after they had arrived",
        "came after a later one of the same mock and topic",
        "1 message could not be looked for",
        "It is neither arrived nor missing here",
    ):
        assert words in page
    assert "Part of the lot" not in page


def test_what_is_awaited_is_not_missing():
    whole = report_of(
        "subscription", {1: second(arrived=90, missing=4)}, parts=[], part_of={}
    ).whole

    assert (whole.awaited, whole.share) == (6, pytest.approx(95.745, abs=0.001))


def test_nothing_is_said_of_a_target_without_a_way_back(client_of, viewer, run):
    tower, shard = begun(run)
    tower.work([snapshot(shard)])

    assert "Arrivals" not in shown(client_of(viewer), run)


def test_of_several_parts_each_has_its_own_counts(
    client_of, viewer, workspace, lot, fridge, owner, object_store, asked, published
):
    lot.target.options = WAY_BACK
    lot.target.save()
    text = DEFINITION.replace("name: Fridge", "name: Freezer").replace("f-{", "z-{")
    freezer = definitions.create_definition(workspace, text=text, by=owner)
    save_lot(lot, parts=[PartPlan(fridge, 20), PartPlan(freezer, 10)], by=owner)
    run = actions.start_run(lot, by=owner)
    tower = Desk(tower="tower-1", capacity=10_000)
    first, second_ = (each.shard for each in tower.work([]).begin)

    tower.work(
        [
            snapshot(first, total=second(arrived=100)),
            snapshot(second_, first=20, count=10, total=second(arrived=40, missing=60)),
        ]
    )
    report = pages.run_page(run, wish=Wish()).arrivals

    assert [(part.name, part.arrived, part.missing) for part in report.parts] == [
        ("Fridge", 100, 0),
        ("Freezer", 40, 60),
    ]
    assert (report.whole.arrived, report.whole.missing) == (140, 60)
    assert "Part of the lot" in shown(client_of(viewer), run)


@pytest.mark.parametrize(
    ("counted", "words"),
    [
        (90, ("Not counted", ">10<", "lost, or on its way")),
        (120, ("Too many", ">20<", "counted twice, or sent by others")),
        (0, ("The counter has not risen yet",)),
    ],
)
def test_a_counter_is_held_against_what_was_delivered(client_of, viewer, run, counted, words):
    Run.objects.update(way_back="counter")
    tower, shard = begun(run)

    tower.work([snapshot(shard, total=second(counted=counted))])
    page = shown(client_of(viewer), run)

    assert "messages by the receiver, of 100 delivered" in page
    assert all(each in page for each in words)


def test_runs_that_were_kept_before_tell_what_they_have():
    known = {1: second(counted=7)}

    assert report_of("", known, parts=[], part_of={}).way_back == "counter"
    assert report_of("", {1: second(missing=7)}, parts=[], part_of={}).way_back == "subscription"
    assert report_of("", {}, parts=[], part_of={}) is None


def test_an_ended_run_with_a_counter_tells_how_old_what_was_counted_was(client_of, viewer, run):
    Run.objects.update(way_back="counter")
    tower, shard = begun(run)
    run.refresh_from_db()
    start = int(run.started_at.timestamp())
    points = [
        Second(at=start + at, acknowledged=sent, counted=counted)
        for at, (sent, counted) in enumerate([(10, 0), (10, 0), (0, 10), (0, 10)])
    ]

    tower.work([snapshot(shard, seconds=points, total=Second.summed(points), state="ended")])
    page = client_of(viewer).get(run.get_absolute_url())

    delay = page.context["page"].arrivals.delay
    assert delay.middle == delay.longest == 2.0
    assert "median, estimated from the counts; longest 2 s" in page.content.decode()


def test_the_series_has_how_long_messages_took_to_arrive(client_of, viewer, observed_run):
    tower, shard = begun(observed_run)
    point = Second(at=int(START), acknowledged=1, arrived=1)
    point.end_to_end.record([0.25])

    tower.work([snapshot(shard, seconds=[point], state="ended")])
    path = reverse("runs:series", args=[observed_run.workspace.code, observed_run.code])
    series = client_of(viewer).get(path).json()

    assert series["arrival_p50"] == series["arrival_p99"] == [pytest.approx(250, rel=0.02)]
    assert series["p50"] == [None]
