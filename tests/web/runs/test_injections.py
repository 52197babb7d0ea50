from datetime import timedelta

import pytest
from django.urls import reverse

from tests.web.runs.conftest import snapshot
from tests.web.runs.test_desk import begun
from web.platform import shared_clock
from web.runs import injections
from web.runs.models import Injection, Run, RunState

TEXT = "faults:\n  - {fault: drop, aim: {share: 10%}}\n  - {fault: loss, name: tunnel, for: 30s}\n"


@pytest.fixture
def live(run):
    """A run that a tower has begun, its desk and its shard."""
    tower, shard = begun(run)
    tower.work([snapshot(shard)])
    run.refresh_from_db()
    return run, tower, shard


def address(run, page="faults", *more):
    return reverse(f"runs:{page}", args=[run.workspace.code, run.code, *more])


def test_faults_reach_the_engine_once_and_begin_together_in_all_shards(live, owner):
    run, tower, shard = live

    before = shared_clock.now()
    injections.begin_faults(run, TEXT, by=owner)
    after = shared_clock.now()
    orders = tower.work([snapshot(shard, seconds=[])])
    later = tower.work([snapshot(shard, seconds=[])])

    assert [(name, wish.fault.title) for name, wish in orders.wishes] == [
        (shard, "drop"),
        (shard, "tunnel"),
    ]
    assert len({wish.since for _, wish in orders.wishes}) == 1
    begun = run.started_at + timedelta(seconds=orders.wishes[0][1].since - injections.LEAD)
    assert before <= begun <= after
    assert later.wishes == []


def test_a_fault_that_is_ended_is_told_as_ended(live, owner):
    run, tower, shard = live
    first, _ = injections.begin_faults(run, TEXT, by=owner)
    tower.work([snapshot(shard, seconds=[])])

    assert injections.end_fault(first, by=owner)
    assert not injections.end_fault(first, by=owner)
    [(name, wish)] = tower.work([snapshot(shard, seconds=[])]).wishes

    assert (name, wish.name, wish.is_ended) == (shard, str(first.code), True)


def test_a_fault_is_kept_as_it_was_asked_for(live, owner):
    run, *_ = live

    injections.begin_faults(run, TEXT, by=owner)

    first, second = Injection.objects.all()
    assert (str(first), str(second)) == ("drop", "tunnel")
    assert (first.words, second.words) == ("aim: {share: 10%}", "for: 30s")
    assert first.asked_by == owner


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Say at least one fault."),
        ("faults: []", "Say at least one fault."),
        ("faults: [{fault: drip}]", "fault"),
        ("faults:\n  - {fault: loss, shar: 5%}", "Line 2: faults[0].shar: unknown word"),
        ("pace: {}", "pace: unknown word 'pace'"),
    ],
)
def test_what_is_no_fault_is_refused_in_words_and_nothing_begins(
    client_of, owner, live, text, sentence
):
    run, *_ = live

    answer = client_of(owner).post(address(run), {"faults": text})

    page = answer.content.decode().replace("&#x27;", "'")
    assert answer.status_code == 422
    assert sentence in page
    assert text in page
    assert not Injection.objects.exists()


def test_a_run_that_does_not_send_takes_no_faults(live, owner):
    run, *_ = live
    run.state = RunState.FINISHED
    run.save()

    with pytest.raises(injections.CannotInject, match="only while its mocks send"):
        injections.begin_faults(run, TEXT, by=owner)


def test_there_is_an_end_to_how_many(live, owner, monkeypatch):
    run, *_ = live
    monkeypatch.setattr(injections, "MOST", 3)
    injections.begin_faults(run, TEXT, by=owner)

    with pytest.raises(injections.CannotInject, match="at most 3 faults"):
        injections.begin_faults(run, TEXT, by=owner)


def test_the_page_lists_what_was_begun_and_lets_an_editor_end_it(client_of, owner, live):
    run, *_ = live
    client = client_of(owner)

    page = client.post(address(run), {"faults": TEXT}, follow=True).content.decode()
    first = Injection.objects.first()
    ended = client.post(address(run, "end_fault", first.code), follow=True).content.decode()

    assert "In 2 s: drop, tunnel." in page
    assert page.count("End now") == 2
    assert "drop ends within a second." in ended
    assert ended.count("End now") == 1


def test_the_page_of_faults_leads_to_the_control_and_says_when_it_is_too_late(
    client_of, owner, live
):
    run, *_ = live
    client = client_of(owner)

    before = client.get(address(run)).content.decode()
    Run.objects.update(state=RunState.FINISHED)
    after = client.get(address(run)).content.decode()

    assert f'href="{address(run, "control")}">Control</a>' in before
    assert "No faults by hand yet" in before
    assert "The run is over, and nobody let anything go wrong in it by hand." in after
    assert ">Control</a>" not in after


def test_a_viewer_sees_the_faults_and_begins_none(client_of, viewer, owner, live):
    run, *_ = live
    injections.begin_faults(run, TEXT, by=owner)
    client = client_of(viewer)

    page = client.get(address(run)).content.decode()

    assert "tunnel" in page
    assert "End now" not in page
    assert client.post(address(run), {"faults": TEXT}).status_code == 403
    first = Injection.objects.first()
    assert client.post(address(run, "end_fault", first.code)).status_code == 403


def test_a_fault_of_another_run_is_not_found(client_of, owner, live, make_lot):
    run, *_ = live
    other = type(run).objects.create(
        workspace=run.workspace, name="x", mocks=1, duration=timedelta(seconds=9), seed=1
    )
    [first, _] = injections.begin_faults(run, TEXT, by=owner)

    assert client_of(owner).post(address(other, "end_fault", first.code)).status_code == 404
