"""Faults on purpose on a run's page: what shards told, as bands of charts and rows of a table."""

from datetime import timedelta
from math import inf

import pytest
from django.urls import reverse

from simulator import Span
from tests.web.runs.conftest import snapshot
from tests.web.runs.test_desk import begun
from web.runs import actions, faults, injections, pages, spans
from web.runs.mocks import Wish
from web.runs.models import Run

OPTIONS = """\
faults:
  - {fault: loss, name: tunnel, at: 2s, for: 3s, aim: {share: 10%}}
  - {fault: drop, at: 4s}
"""
TUNNEL = Span("0", 0, "tunnel", "loss", 2.0, 5.0, 2)
DROP = Span("1", 0, "drop", "drop", 4.0, 4.0, 20)


@pytest.fixture
def run(make_lot, owner, object_store, asked, published) -> Run:
    return actions.start_run(make_lot(options=OPTIONS), by=owner)


def told(run, *found, state="running"):
    """Return the run after its shard has told of faults, its desk and the shard."""
    tower, shard = begun(run)
    tower.work([snapshot(shard, faults=found, state=state)])
    run.refresh_from_db()
    return run, tower, shard


def address(run, page):
    return reverse(f"runs:{page}", args=[run.workspace.code, run.code])


def test_spans_come_back_as_they_were_packed():
    open_end = Span("hand.x", 3, "storm", "storm", 1.5, inf, 7)

    assert spans.unpacked(spans.packed([TUNNEL, open_end])) == [TUNNEL, open_end]


def test_the_spans_of_shards_are_one_with_their_mocks_added():
    other = TUNNEL._replace(mocks=5, end=5.25)

    assert spans.summed([[DROP, TUNNEL], [other]]) == [TUNNEL._replace(mocks=7, end=5.25), DROP]


def test_what_has_ended_in_one_shard_alone_goes_on():
    ended, open_end = TUNNEL._replace(end=3.0), TUNNEL._replace(end=inf)

    assert spans.summed([[ended], [open_end]])[0].end == inf


def test_the_json_of_a_live_run_has_its_faults_with_times_that_charts_take(client_of, viewer, run):
    run, *_ = told(run, TUNNEL, DROP)
    start = run.started_at.timestamp()

    for page in ("live", "series"):
        found = client_of(viewer).get(address(run, page)).json()["faults"]
        assert found == [
            {"title": "tunnel", "kind": "loss", "begin": start + 2, "end": start + 5, "mocks": 2,
             "by": ""},
            {"title": "drop", "kind": "drop", "begin": start + 4, "end": start + 4, "mocks": 20,
             "by": ""},
        ]  # fmt: skip


def test_an_ended_run_keeps_its_faults_and_ends_those_that_went_on(client_of, viewer, run):
    endless = Span("0", 0, "tunnel", "loss", 0.0, inf, 2)
    run, *_ = told(run, endless, DROP._replace(begin=999.0, end=999.0), state="ended")

    [found] = client_of(viewer).get(address(run, "series")).json()["faults"]
    page = client_of(viewer).get(run.get_absolute_url()).content.decode()

    assert found["end"] == pytest.approx(run.ended_at.timestamp(), abs=1e-3)
    assert ">tunnel<" in page
    assert "goes on" not in page


def test_the_table_says_what_whom_when_and_by_whose_wish(client_of, viewer, owner, run):
    run, tower, shard = told(run)
    [by_hand] = injections.begin_faults(run, "faults: [{fault: silence, name: mute}]", by=owner)
    span = Span(f"hand.{by_hand.code}", 0, "mute", "silence", 1.0, inf, 1_234)
    tower.work([snapshot(shard, seconds=[], faults=(span, TUNNEL, DROP))])

    page = client_of(viewer).get(run.get_absolute_url(), headers={"HX-Request": "true"})
    text = page.content.decode()

    rows = page.context["page"].faults.object_list
    assert [(row.title, row.kind, row.aim, row.mocks, row.asked_by) for row in rows] == [
        ("drop", "drop", "every mock", 20, ""),
        ("tunnel", "loss", "share: 10%", 2, ""),
        ("mute", "silence", "every mock", 1_234, "Olga"),
    ]
    for words in ("a moment", "goes on", "1,234", "share: 10%", ">Olga<", "the lot"):
        assert words in text


def test_a_run_without_faults_has_no_table_of_them(client_of, viewer, run):
    run, *_ = told(run)

    page = client_of(viewer).get(run.get_absolute_url()).content.decode()

    assert "Faults on purpose" not in page
    assert client_of(viewer).get(address(run, "series")).json()["faults"] == []


def test_many_faults_are_paged_the_latest_first(client_of, viewer, run):
    found = [DROP._replace(turn=turn, begin=float(turn), end=float(turn)) for turn in range(25)]
    run, *_ = told(run, *found)

    first = pages.run_page(run, wish=Wish()).faults
    last = client_of(viewer).get(run.get_absolute_url(), {"faults": "99"})

    assert [row.begin for row in first][:2] == [24.0, 23.0]
    assert len(first) == pages.FAULTS
    assert last.context["page"].faults.number == 3
    assert "Pages of the faults" in last.content.decode()


def test_an_aim_is_told_in_the_words_it_was_asked_for():
    said = {"fault": "drop", "aim": {"share": "10%", "where": {"site": "osaka"}}}

    assert faults.aim_text(said) == "share: 10%, where: {site: osaka}"
    assert faults.aim_text({"fault": "drop"}) == "every mock"


def test_a_run_keeps_the_faults_of_its_lot_in_its_words(run):
    assert [(each["fault"], each.get("aim")) for each in run.faults] == [
        ("loss", {"share": "10%"}),
        ("drop", None),
    ]
    assert run.duration == timedelta(minutes=1)
