import pytest
from django.urls import reverse

from tests.web.runs.conftest import failing, snapshot
from web.accounts.models import Workspace
from web.runs import actions
from web.runs.desk import Desk
from web.runs.models import Run, RunState

GETS = ("detail", "live", "series", "stop", "delete")
WRITES = ("again",)


def address(page, workspace, run=None):
    return reverse(f"runs:{page}", args=[workspace.code, *([run.code] if run else [])])


@pytest.fixture
def desk(run) -> Desk:
    """Return the desk of a tower that has begun the run."""
    begun = Desk(tower="tower-1", capacity=10_000)
    begun.work([])
    return begun


@pytest.fixture
def shard(desk) -> str:
    return next(iter(desk._held))


@pytest.fixture
def live_run(desk, shard) -> Run:
    desk.work([failing(shard)])
    return Run.objects.get()


@pytest.fixture
def ended_run(desk, shard) -> Run:
    desk.work([failing(shard, state="ended")])
    return Run.objects.get()


def test_a_live_run_shows_its_mocks_and_goes_on_asking(client_of, viewer, live_run):
    page = client_of(viewer).get(live_run.get_absolute_url()).content.decode()

    assert 'hx-trigger="every 2s"' in page
    assert ">f-000<" in page
    assert "connection refused" in page
    assert "waiting to reconnect" in page
    assert ">19<" in page  # connected


def test_a_reason_leads_to_its_records_and_to_what_it_does_now(client_of, viewer, live_run):
    page = client_of(viewer).get(live_run.get_absolute_url()).content.decode()

    arguments = [live_run.workspace.code, live_run.code]
    for name, words in (("run", "Records"), ("tail", "Live")):
        address = reverse(f"logs:{name}", args=arguments)
        assert f'href="{address}?reason=connection%20refused">{words}</a>' in page


def test_a_run_leads_to_its_lot(client_of, viewer, live_run):
    page = client_of(viewer).get(live_run.get_absolute_url()).content.decode()

    assert live_run.created.strftime("%H:%M:%S UTC") in page
    assert f'of the lot <a href="{live_run.lot.get_absolute_url()}">Night shift</a>' in page


def test_who_has_no_javascript_is_told_where_the_charts_are(client_of, viewer, live_run):
    page = client_of(viewer).get(live_run.get_absolute_url()).content.decode()

    assert '<noscript><p class="notice">Charts need JavaScript.' in page


def test_an_open_page_gets_only_its_regions(client_of, viewer, live_run):
    answer = client_of(viewer).get(live_run.get_absolute_url(), headers={"HX-Request": "true"})

    text = answer.content.decode()
    assert "<html" not in text
    assert "HX-Request" in answer.headers["Vary"]
    for region in ("run-pulse", "run-actions", "run-breakdown", "run-mocks"):
        assert f'id="{region}"' in text


def test_an_ended_run_asks_no_more(client_of, viewer, ended_run):
    page = client_of(viewer).get(ended_run.get_absolute_url()).content.decode()

    assert "hx-get" not in page
    assert "Finished" in page


def test_a_run_without_a_tower_says_that_it_waits(client_of, viewer, run):
    page = client_of(viewer).get(run.get_absolute_url()).content.decode()

    assert "Waiting for a tower" in page
    assert "Queued" in page


@pytest.mark.parametrize(
    ("query", "mocks"),
    [
        ("?reason=connection+refused", ["f-000"]),
        ("?status=broken", ["f-000"]),
        ("?show=offline", ["f-000"]),
        ("?search=f-01", [f"f-01{digit}" for digit in range(10)]),
        ("?search=7", ["f-007", "f-017"]),
        ("?status=unheard-of", []),
        ("?order=-number&search=f-00", [f"f-00{digit}" for digit in range(9, -1, -1)]),
        ("?order=nonsense&page=nonsense&show=nonsense&search=f-000", ["f-000"]),
        ("?page=99&search=f-000", ["f-000"]),
    ],
)
def test_the_table_is_filtered_searched_and_sorted(client_of, viewer, live_run, query, mocks):
    answer = client_of(viewer).get(live_run.get_absolute_url() + query)

    assert [row.id for row in answer.context["page"].table.rows] == mocks


def test_the_json_tells_what_the_page_does(client_of, viewer, workspace, ended_run):
    figures = client_of(viewer).get(address("live", workspace, ended_run)).json()

    assert (figures["is_live"], figures["state"], figures["duration"]) == (False, "finished", 60.0)
    assert figures["totals"]["mocks"] == 20
    assert figures["totals"]["due"] == figures["totals"]["acknowledged"] == 60
    assert figures["totals"]["p50"] == pytest.approx(0.01, rel=0.03)


def test_the_series_has_a_point_for_each_second(client_of, viewer, workspace, ended_run):
    series = client_of(viewer).get(address("series", workspace, ended_run)).json()

    assert (series["step"], series["is_live"], series["rate"]) == (1, False, [60.0])
    assert series["p99"] == [pytest.approx(10, rel=0.03)]


def test_the_series_begins_where_it_is_asked_to(client_of, viewer, workspace, ended_run):
    client = client_of(viewer)
    whole = client.get(address("series", workspace, ended_run)).json()

    later = client.get(address("series", workspace, ended_run), {"after": whole["t"][0] + 1}).json()
    nonsense = client.get(address("series", workspace, ended_run), {"after": "now"}).json()

    assert later["t"] == []
    assert nonsense["t"] == whole["t"]


def test_the_series_of_a_live_run_leaves_out_the_second_that_has_begun(
    client_of, viewer, workspace, live_run
):
    assert client_of(viewer).get(address("series", workspace, live_run)).json()["t"] == []


def test_stopping_is_asked_for_and_done(client_of, teammate, workspace, live_run):
    client = client_of(teammate)

    question = client.get(address("stop", workspace, live_run)).content.decode()
    client.post(address("stop", workspace, live_run))

    live_run.refresh_from_db()
    assert "Stop this run?" in question
    assert live_run.state == RunState.STOPPING


def test_a_run_is_started_again_from_its_lot(client_of, teammate, workspace, ended_run):
    answer = client_of(teammate).post(address("again", workspace, ended_run))

    again = Run.objects.exclude(id=ended_run.id).get()
    assert answer.url == again.get_absolute_url()
    assert again.lot == ended_run.lot


def test_a_run_whose_lot_is_gone_cannot_start_again(client_of, teammate, workspace, ended_run):
    ended_run.lot.delete()

    answer = client_of(teammate).post(address("again", workspace, ended_run), follow=True)

    assert "The lot of this run was deleted" in answer.content.decode()


def test_a_run_is_deleted(client_of, teammate, workspace, ended_run):
    client = client_of(teammate)

    client.post(address("delete", workspace, ended_run))

    assert client.get(ended_run.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("page", [*GETS, *WRITES])
def test_a_stranger_finds_no_run(client_of, stranger, workspace, run, page):
    client = client_of(stranger)
    ask = client.post if page in WRITES else client.get
    theirs = Workspace.objects.get(memberships__user=stranger)

    assert ask(address(page, workspace, run)).status_code == 404
    assert ask(address(page, theirs, run)).status_code == 404


@pytest.mark.parametrize("page", ["stop", "delete", "again"])
def test_a_viewer_may_not_write(client_of, viewer, workspace, run, page):
    assert client_of(viewer).post(address(page, workspace, run)).status_code == 403


@pytest.mark.parametrize("page", [*GETS, *WRITES])
def test_who_is_signed_out_is_asked_to_sign_in(client, workspace, run, page):
    ask = client.post if page in WRITES else client.get

    assert "/sign-in/" in ask(address(page, workspace, run)).url


@pytest.mark.parametrize(
    ("page", "method"), [("again", "get"), ("live", "post"), ("detail", "post")]
)
def test_other_methods_are_refused(client_of, teammate, workspace, run, page, method):
    assert getattr(client_of(teammate), method)(address(page, workspace, run)).status_code == 405


def test_the_list_is_filtered_by_lot_and_state(
    client_of, viewer, workspace, make_lot, owner, ended_run
):
    other = actions.start_run(make_lot(name="Day shift"), by=owner)
    client, index = client_of(viewer), address("index", workspace)

    by_lot = client.get(index, {"lot": other.lot.code}).context["page"]
    by_state = client.get(index, {"state": "finished"}).context["page"]
    nonsense = client.get(index, {"lot": "x", "state": "x", "order": "x", "page": "x"}).context

    assert [run.id for run in by_lot] == [other.id]
    assert [run.id for run in by_state] == [ended_run.id]
    assert [run.id for run in nonsense["page"]] == [other.id, ended_run.id]


def test_the_list_asks_as_often_for_many_runs_as_for_one(
    client_of, viewer, workspace, make_lot, owner, run, django_assert_num_queries
):
    client, index = client_of(viewer), address("index", workspace)
    client.get(index)
    with django_assert_num_queries(8) as one:
        client.get(index)
    for number in range(4):
        actions.start_run(make_lot(name=f"Lot {number}"), by=owner)

    with django_assert_num_queries(len(one)):
        client.get(index)


def test_a_page_of_a_run_asks_a_fixed_number_of_questions(
    client_of, viewer, live_run, django_assert_num_queries
):
    client = client_of(viewer)
    client.get(live_run.get_absolute_url())

    with django_assert_num_queries(12):
        client.get(live_run.get_absolute_url())


def test_an_empty_list_says_how_to_begin(client_of, viewer, workspace):
    assert "No runs yet" in client_of(viewer).get(address("index", workspace)).content.decode()


def test_without_redis_the_page_shows_what_the_database_has(
    client_of, viewer, desk, shard, published
):
    desk.work([snapshot(shard)])
    published.clear()

    page = client_of(viewer).get(Run.objects.get().get_absolute_url()).content.decode()

    assert ">f-000<" in page


def test_a_run_has_its_lots_tags_and_is_found_by_them(
    make_lot, owner, workspace, client_of, object_store, asked
):
    actions.start_run(make_lot(name="Tagged", tags=" night press "), by=owner)
    actions.start_run(make_lot(name="Untagged"), by=owner)
    address = reverse("runs:index", args=[workspace.code])

    page = client_of(owner).get(f"{address}?tag=press").content.decode()

    assert Run.objects.get(name="Tagged").tag_list == ["night", "press"]
    assert ">Tagged</a>" in page
    assert ">Untagged</a>" not in page
