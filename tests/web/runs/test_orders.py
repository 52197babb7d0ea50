"""What people order of a live run, and how it really ends."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from simulator import Span, order_of
from tests.web.runs.conftest import snapshot
from tests.web.runs.test_desk import begun
from web.platform import shared_clock
from web.runs import actions, leasing, orders, overdue, ticks
from web.runs.injections import LEAD, begin_faults
from web.runs.models import Happening, Order, Run, RunState, Shard, ShardState


@pytest.fixture
def live(run):
    """A run that a tower has begun, its desk and its shard."""
    tower, shard = begun(run)
    tower.work([snapshot(shard)])
    run.refresh_from_db()
    return run, tower, shard


def address(run, page="order"):
    return reverse(f"runs:{page}", args=[run.workspace.code, run.code])


def test_an_order_reaches_the_engine_once_and_takes_effect_in_all_shards_together(live, owner):
    run, tower, shard = live
    before = shared_clock.now()

    given = orders.ask(run, {"order": "rate", "factor": 3}, by=owner)
    told = tower.work([snapshot(shard, seconds=[])]).wishes
    later = tower.work([snapshot(shard, seconds=[])]).wishes

    [(name, wish)] = told
    assert (name, wish.name, wish.order.factor) == (shard, str(given.code), 3.0)
    moment = run.started_at + timedelta(seconds=wish.since - LEAD)
    assert before <= moment <= shared_clock.now()
    assert later == []


def test_orders_and_faults_are_told_in_the_order_of_asking(live, owner):
    run, tower, shard = live
    orders.ask(run, {"order": "pause"}, by=owner)
    begin_faults(run, "faults: [{fault: drop}]", by=owner)
    orders.ask(run, {"order": "resume"}, by=owner)

    told = tower.work([snapshot(shard, seconds=[])]).wishes

    assert [wish.said.get("order") for _, wish in told] == ["pause", None, "resume"]


def test_a_shard_that_ends_by_an_order_to_stop_ends_as_stopped(live, owner):
    run, tower, shard = live
    tower.work([snapshot(shard, seconds=[])])
    orders.note(run, order_of({"order": "stop"}), by=owner)  # read before the run's own column

    tower.work([snapshot(shard, seconds=[])])
    tower.work([snapshot(shard, state="ended", seconds=[])])

    run.refresh_from_db()
    assert run.state == RunState.STOPPED


def test_who_gave_an_order_and_when_is_kept(live, owner):
    run, *_ = live

    orders.ask(run, {"order": "send", "message": "telemetry", "aim": {"index": [3, 3]}}, by=owner)
    orders.ask(run, {"order": "pause"}, by="A watch")

    first, second = Order.objects.all()
    assert (str(first), first.asker) == ("send telemetry", str(owner))
    assert (second.order, second.asker) == ({"order": "pause"}, "A watch")


def test_a_run_is_paused_until_it_is_resumed(live, owner):
    run, *_ = live

    orders.ask(run, {"order": "pause"}, by=owner)
    assert Run.objects.get().paused
    orders.ask(run, {"order": "resume"}, by=owner)

    assert Run.objects.get().paused is None
    assert Order.objects.get(order__order="pause").ended


@pytest.mark.parametrize(
    ("before", "said", "sentence"),
    [
        ([], {"order": "resume"}, orders.NOT_PAUSED),
        ([{"order": "pause"}], {"order": "pause"}, orders.IS_PAUSED),
        ([{"order": "pause"}], {"order": "send", "message": "telemetry"}, orders.PAUSED),
        ([{"order": "pause"}], {"order": "status", "status": "broken"}, orders.PAUSED),
        ([], {"order": "status", "status": "brokn"}, "No mock of this run has “brokn”. There is:"),
        ([], {"order": "send", "message": "ping"}, "There is: telemetry."),
        ([], {"order": "rate", "factor": 2, "messages": ["ping"]}, "has “ping”"),
        ([], {"order": "rate", "factor": "fast"}, "factor"),
        ([], {"order": "count", "mocks": 50_001}, "50000"),
        ([], {"order": "dance"}, "'pause', 'resume'"),
    ],
)
def test_what_cannot_work_is_refused_in_words_and_nothing_is_kept(
    live, owner, before, said, sentence
):
    run, *_ = live
    for each in before:
        orders.ask(run, each, by=owner)

    with pytest.raises(orders.CannotOrder) as refused:
        orders.ask(run, said, by=owner)

    assert sentence in str(refused.value)
    assert Order.objects.count() == len(before)


def test_a_run_that_has_not_begun_stops_or_is_over_obeys_nothing(run, owner):
    for state, sentence in (
        ({}, orders.NOT_BEGUN),
        ({"started_at": timezone.now(), "stop_requested": timezone.now()}, orders.STOPPING),
        ({"state": RunState.FINISHED}, orders.NOT_LIVE),
    ):
        Run.objects.update(**state)
        run.refresh_from_db()

        with pytest.raises(orders.CannotOrder) as refused:
            orders.ask(run, {"order": "pause"}, by=owner)

        assert str(refused.value) == sentence


def test_a_run_takes_so_many_orders(live, owner, monkeypatch):
    run, *_ = live
    monkeypatch.setattr(orders, "MOST", 1)
    orders.ask(run, {"order": "count", "mocks": 3}, by=owner)

    with pytest.raises(orders.CannotOrder, match="at most"):
        orders.ask(run, {"order": "count", "mocks": 4}, by=owner)


def test_a_form_that_is_sent_twice_gives_one_order(client_of, owner, live):
    run, *_ = live
    form = {"order": "pause", "connections": "close", "code": str(uuid4())}

    answers = [client_of(owner).post(address(run), form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Order.objects.get().order == {"order": "pause", "connected": False}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"order": "rate", "factor": "2,5"}, {"order": "rate", "factor": 2.5}),
        (
            {"order": "rate", "factor": "0.5", "messages": "telemetry"},
            {"order": "rate", "factor": 0.5, "messages": ["telemetry"]},
        ),
        ({"order": "count", "mocks": "7"}, {"order": "count", "mocks": 7}),
        ({"order": "status", "status": "broken"}, {"order": "status", "status": "broken"}),
        (
            {"order": "status", "status": "broken", "share": "10%", "in_status": "running"},
            {"order": "status", "status": "broken", "aim": {"share": 0.1, "status": ["running"]}},
        ),
        (
            {"order": "send", "message": "telemetry", "first": "3", "last": "", "ids": "f-1, f-2"},
            {
                "order": "send",
                "message": "telemetry",
                "aim": {"index": [3, 3], "ids": ["f-1", "f-2"]},
            },
        ),
    ],
)
def test_the_page_of_control_gives_orders(client_of, owner, live, form, said):
    run, *_ = live

    answer = client_of(owner).post(address(run), form | {"sure": "yes"}, follow=True)

    assert answer.redirect_chain[-1][0] == address(run, "control")
    assert Order.objects.get().order == said
    page = answer.content.decode()
    assert str(Order.objects.get()) in page
    assert str(owner) in page
    assert ("10% of the mocks in status running" in page) == ("share" in form)


@pytest.mark.parametrize(
    ("form", "question"),
    [
        ({"order": "status", "status": "broken"}, "Force broken on all 20 mocks?"),
        ({"order": "send", "message": "telemetry"}, "Send telemetry from all 20 mocks?"),
    ],
)
def test_who_orders_something_of_all_mocks_is_asked_first(client_of, owner, live, form, question):
    run, *_ = live

    asked = client_of(owner).post(address(run), form | {"code": str(uuid4())})
    page = asked.content.decode()

    assert asked.status_code == 200
    assert question in page
    assert not Order.objects.exists()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    client_of(owner).post(address(run), hidden)
    assert Order.objects.get().order == form


def test_what_cannot_be_ordered_of_all_is_refused_and_not_asked(client_of, owner, live):
    run, *_ = live

    answer = client_of(owner).post(address(run), {"order": "status", "status": "brokn"})

    assert answer.status_code == 422
    assert "There is: running, broken" in answer.content.decode()


def test_it_is_said_of_whom_something_was_ordered(client_of, owner, live):
    run, *_ = live
    form = {"order": "status", "status": "broken", "share": "10%"}

    page = client_of(owner).post(address(run), form, follow=True).content.decode()

    assert "In 2 s: status broken for 10% of the mocks." in page


def test_an_open_page_of_control_loads_anew_when_something_else_can_be_ordered(
    client_of, owner, live
):
    run, *_ = live
    client = client_of(owner)
    face = client.get(address(run, "control")).context["face"]

    same = client.get(address(run, "control"), {"as": face})
    actions.stop_run(run, by=owner)
    other = client.get(address(run, "control"), {"as": face})

    assert "HX-Redirect" not in same.headers
    assert other.headers["HX-Redirect"] == address(run, "control")


def test_buttons_of_an_open_page_stay_where_nothing_else_can_be_done(client_of, owner, live):
    run, *_ = live
    client, htmx = client_of(owner), {"HX-Request": "true"}
    page = client.get(run.get_absolute_url(), {"status": "running"})
    known = {"status": "running", "as": page.context["face"]}

    same = client.get(run.get_absolute_url(), known, headers=htmx).content.decode()
    orders.ask(run, {"order": "pause"}, by=owner)
    other = client.get(run.get_absolute_url(), known, headers=htmx).content.decode()

    assert 'id="run-actions"' in page.content.decode()
    assert 'id="run-actions"' not in same
    assert f'hx-get="{run.get_absolute_url()}?status=running"' in same
    assert 'id="run-actions"' in other


def test_a_paused_run_sends_from_no_mock(client_of, owner, live):
    run, *_ = live
    orders.ask(run, {"order": "pause"}, by=owner)

    page = client_of(owner).get(run.get_absolute_url())

    assert page.context["page"].figures.sending == 0
    assert "paused since" in page.content.decode()


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        (
            {"order": "rate", "factor": "1000"},
            "Times the definition's own: must be at most 100, got 1000.",
        ),
        (
            {"order": "count", "mocks": "many"},
            "Mocks that are on: needs a whole number, got 'many'.",
        ),
        (
            {"order": "status", "status": "broken", "share": "150%"},
            "Whom: must be from 0 % to 100 %, got 150 %.",
        ),
        ({"order": "send", "message": "telemetry", "first": "x"}, "Whom: needs a whole number"),
        ({"order": "resume"}, "The run is not paused, so there is nothing to resume."),
    ],
)
def test_a_refusal_stands_in_its_form_with_what_was_said(client_of, owner, live, form, wrong):
    run, *_ = live

    answer = client_of(owner).post(address(run), form)
    page = unescape(answer.content.decode())

    assert answer.status_code == 422
    place = f'id="{form["order"]}-wrong" role="alert">{wrong}'
    assert place in page
    assert page.count('role="alert"') == 1
    said = [value for word, value in form.items() if word in ("factor", "mocks", "share", "first")]
    assert all(f'value="{value}"' in page for value in said)


def test_who_pauses_a_paused_run_is_told_beside_the_button(client_of, owner, live):
    run, *_ = live
    orders.ask(run, {"order": "pause"}, by=owner)

    page = client_of(owner).post(address(run), {"order": "pause"}).content.decode()

    assert 'id="pause-wrong" role="alert">The run is paused already.' in page


def test_a_run_is_paused_from_the_moment_at_which_its_mocks_are(live, owner):
    run, *_ = live

    before = timezone.now()

    orders.ask(run, {"order": "pause"}, by=owner)

    assert run.paused - before > timedelta(seconds=LEAD / 2)


@pytest.mark.parametrize(("back", "page"), [("run", "runs:detail"), ("3", "logs:mock")])
def test_a_button_elsewhere_leads_back_where_it_was_pressed(client_of, owner, live, back, page):
    run, *_ = live
    form = {"order": "send", "message": "telemetry", "first": "3", "back": back}

    answer = client_of(owner).post(address(run), form)

    arguments = [run.workspace.code, run.code] + ([3] if page == "logs:mock" else [])
    assert answer.url == reverse(page, args=arguments)


def test_who_only_looks_sees_orders_and_gives_none(client_of, viewer, owner, live):
    run, *_ = live
    orders.ask(run, {"order": "pause"}, by=owner)
    client = client_of(viewer)

    page = client.get(address(run, "control"))

    assert page.status_code == 200
    assert '<form method="post" action' not in page.content.decode().split("<main")[1]
    assert client.post(address(run), {"order": "resume"}).status_code == 403
    assert client.post(address(run, "abort")).status_code == 403
    assert client.get(address(run)).status_code == 405


def test_orders_are_on_the_runs_page_and_charts_with_what_towers_told(client_of, owner, live):
    run, tower, shard = live
    given = orders.ask(run, {"order": "pause"}, by=owner)
    place = f"order.{given.code}"
    spans = (
        Span(place, 0, "pause", "pause", 3.0, float("inf"), 20),
        Span("order.0", 0, "send hello", "send", 2.0, 2.0, 7),
        Span("hand.x", 0, "drop", "drop", 1.0, 1.0, 2),
    )
    tower.work([snapshot(shard, seconds=[], faults=spans)])
    client = client_of(owner)

    page = client.get(run.get_absolute_url())
    series = client.get(reverse("runs:series", args=[run.workspace.code, run.code])).json()
    figures = client.get(reverse("runs:live", args=[run.workspace.code, run.code])).json()

    assert [(line.title, line.mocks, line.by) for line in page.context["page"].orders] == [
        ("pause", 20, str(owner)),
        ("send hello", 7, ""),
    ]
    assert [each.kind for each in page.context["page"].episodes] == ["drop"]
    assert [each["title"] for each in series["faults"]] == ["drop", "send hello", "pause"]
    assert {(each["kind"], each["by"]) for each in figures["orders"]} == {
        ("pause", str(owner)),
        ("send", ""),
    }
    assert ">paused<" in page.content.decode()
    assert "Resume" in page.content.decode()


def test_stopping_and_aborting_are_orders_that_are_kept(live, owner):
    run, tower, shard = live

    assert actions.stop_run(run, by=owner)
    assert not actions.stop_run(run, by=owner)
    assert actions.abort_run(run, by=owner)
    assert not actions.abort_run(run, by=owner)
    told = tower.work([snapshot(shard, seconds=[])])

    assert [each.kind for each in Order.objects.all()] == ["stop", "abort"]
    assert told.stop == [shard]
    assert [wish.said["order"] for _, wish in told.wishes] == ["stop", "abort"]


def test_an_aborted_run_that_nobody_has_begun_is_over(client_of, owner, run):
    answer = client_of(owner).post(address(run, "abort"))

    run.refresh_from_db()
    assert answer.url == run.get_absolute_url()
    assert (run.state, run.reason) == (RunState.STOPPED, actions.STOPPED_WAITING)


@pytest.mark.parametrize(
    ("abort", "within"), [(False, overdue.STOP_WITHIN), (True, overdue.ABORT_WITHIN)]
)
def test_the_clock_ends_what_a_silent_tower_does_not(live, owner, abort, within):
    run, tower, shard = live
    (actions.abort_run if abort else actions.stop_run)(run, by=owner)
    now = Run.objects.get().stop_requested
    Shard.objects.update(leased_until=now + within + leasing.LEASE - overdue.SILENT)

    assert overdue.end(now=now + within - timedelta(seconds=1)) == 0
    assert overdue.end(now=now + within + timedelta(seconds=1)) == 1
    assert overdue.end(now=now + within + timedelta(seconds=1)) == 0

    run.refresh_from_db()
    assert (run.state, run.acknowledged) == (RunState.STOPPED, 60)
    assert "did not end within" in run.reason
    assert Happening.objects.get().mocks == 20
    row = Shard.objects.get()
    assert (row.state, row.fence) == (ShardState.DONE, 2)
    assert tower.work([snapshot(shard, state="ended")]).lost in ([], [shard])
    assert Run.objects.get().state == RunState.STOPPED


def test_a_tower_that_gives_signs_of_life_has_a_little_longer(live, owner):
    run, *_ = live
    actions.stop_run(run, by=owner)
    later = Run.objects.get().stop_requested + overdue.STOP_WITHIN + timedelta(seconds=1)
    Shard.objects.update(leased_until=later + leasing.LEASE)

    assert overdue.end(now=later) == 0
    assert overdue.end(now=later + overdue.MORE) == 1


def test_the_tick_ends_what_is_overdue(live, owner, no_queue):
    run, *_ = live
    actions.stop_run(run, by=owner)
    past = timezone.now() - overdue.STOP_WITHIN - overdue.MORE - timedelta(seconds=1)
    Run.objects.update(stop_requested=past)

    ticks.tick()

    run.refresh_from_db()
    assert run.state == RunState.STOPPED


def test_a_mocks_page_sends_its_messages_and_leads_to_a_fault_of_it(client_of, owner, viewer, live):
    run, *_ = live
    mock = reverse("logs:mock", args=[run.workspace.code, run.code, 3])

    page = client_of(owner).get(mock).content.decode()
    fault = client_of(owner).get(f"{address(run, 'faults')}?mock=3").content.decode()

    assert "<option>telemetry</option>" in page
    assert "<option>broken</option>" in page
    assert "index: [3, 3]" in fault
    assert "Send now" not in client_of(viewer).get(mock).content.decode()


def test_a_mock_of_a_paused_run_is_ordered_nothing(client_of, owner, live):
    run, *_ = live
    orders.ask(run, {"order": "pause"}, by=owner)

    page = client_of(owner).get(reverse("logs:mock", args=[run.workspace.code, run.code, 3]))

    assert "Send now" not in page.content.decode()


def test_the_stages_of_the_plan_are_on_the_charts_until_an_order_ends_them(
    make_lot, owner, client_of, object_store, asked, published
):
    stages = "[{until: 10s, mocks: 20}, {until: 30s}, {until: 50s, mocks: 5}]"
    run = actions.start_run(make_lot(options=f"pace: {{stages: {stages}}}"), by=owner)
    begun(run)
    address = reverse("runs:series", args=[run.workspace.code, run.code])
    client = client_of(owner)
    start = Run.objects.get().started_at.timestamp()

    def shown():
        marks = client.get(address).json()["faults"]
        return [(m["title"], round(m["begin"] - start), round(m["end"] - start)) for m in marks]

    whole = shown()
    Order.objects.create(run=run, order={"order": "count", "mocks": 7}, since=35.0)

    assert whole == [
        ("0 → 20 mocks", 0, 10),
        ("20 mocks", 10, 30),
        ("20 → 5 mocks", 30, 50),
        ("5 mocks", 50, 60),
    ]
    assert shown() == [*whole[:2], ("20 → 5 mocks", 30, 35)]
