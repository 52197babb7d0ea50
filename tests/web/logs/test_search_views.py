"""The log of a run in the console: searched, in pages, and watched live."""

import pytest
from django.urls import reverse

from tests.web.logs.conftest import record
from tests.web.logs.test_tails import copy
from tests.web.platform.conftest import PATIENT
from tests.web.runs.conftest import snapshot
from web.logs import live, tails
from web.logs.models import RunLog
from web.platform import redis
from web.runs.desk import Desk
from web.runs.holding import packed
from web.runs.models import Board


def address(workspace, run, page="run"):
    return reverse(f"logs:{page}", args=[workspace.code, run.code])


@pytest.fixture
def filled(run, store):
    store(
        [
            record(0, 1, at=1, status="broken"),
            record(3, 2, at=2, result="failed", reason="HTTP 503"),
            record(17, 3, at=3, payload=b'{"needle": 1}', message="alarm"),
        ]
    )
    return run


@pytest.fixture
def named(filled, lease):
    """Return the run, whose tower has told the ids of its mocks."""
    names = [f"f-{number:03d}" for number in range(20)]
    Board.objects.create(
        shard_id=lease.shard, at=filled.created, data=b"", identities=packed(names)
    )
    return filled


def numbers(page):
    return [shown.record.sequence for shown in page.records]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [3, 2, 1]),
        ({"order": "oldest"}, [1, 2, 3]),
        ({"mock": "3"}, [2]),
        ({"mock": "0, 2-4"}, [2, 1]),
        ({"mock": "f-017 3"}, [3, 2]),
        ({"result": "failed"}, [2]),
        ({"reason": "HTTP 503"}, [2]),
        ({"message": "alarm"}, [3]),
        ({"status": "broken"}, [1]),
        ({"text": "needle"}, [3]),
        ({"since": "2065-01-15T08:00:02"}, [3, 2]),
        ({"until": "2065-01-15T08:00:01.500"}, [1]),
        ({"reason": "never heard of"}, []),
    ],
)
def test_a_runs_log_is_searched(client_of, viewer, workspace, named, asked, expected):
    answer = client_of(viewer).get(address(workspace, named), asked)

    assert numbers(answer.context["page"]) == expected
    assert answer.status_code == 200


def test_times_are_of_the_users_zone(client_of, viewer, workspace, filled):
    viewer.time_zone = "Asia/Tokyo"
    viewer.save()

    answer = client_of(viewer).get(address(workspace, filled), {"since": "2065-01-15T17:00:02"})

    assert numbers(answer.context["page"]) == [3, 2]
    assert "From (Asia/Tokyo)" in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"mock": "20"}, "This run has no mock “20”."),
        ({"mock": "nobody"}, "This run has no mock “nobody”."),
        ({"since": "yesterday"}, "Say day and time"),
        ({"since": "2065-01-15T08:00", "until": "2065-01-15T07:00"}, "The end must come after"),
        ({"text": "x" * 1_001}, "at most 1000 characters"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_place(
    client_of, viewer, workspace, named, asked, words
):
    answer = client_of(viewer).get(address(workspace, named), asked)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert answer.context["page"].records == []


def test_the_words_to_choose_from_are_those_of_the_run(client_of, viewer, workspace, filled):
    page = client_of(viewer).get(address(workspace, filled)).content.decode()

    for word in ("HTTP 503", "alarm", "telemetry", "broken", "running"):
        assert f'<option value="{word}"' in page


@pytest.mark.parametrize(("order", "expected"), [("newest", [119, 0]), ("oldest", [0, 119])])
def test_pages_follow_each_other(client_of, viewer, workspace, run, store, order, expected):
    for chunk in range(3):
        store([record(1, chunk * 40 + n, at=chunk * 40 + n) for n in range(40)])
    client, seen, query = client_of(viewer), [], {"order": order}

    for _ in range(3):
        page = client.get(address(workspace, run), query).context["page"]
        seen += numbers(page)
        query = {"order": order, page.cursor: page.more}

    assert page.more == ""
    assert [seen[0], seen[-1]] == expected
    assert len(seen) == len(set(seen)) == 120


def test_a_look_that_ended_at_its_limits_says_how_far_it_came(
    client_of, viewer, workspace, run, store, monkeypatch
):
    from web.logs.reading import Limits, finding  # noqa: PLC0415

    for n in range(9):
        store([record(1, n, at=n)])
    monkeypatch.setitem(finding.find.__kwdefaults__, "limits", Limits(chunks=1))

    page = client_of(viewer).get(address(workspace, run), {"text": "nowhere"}).content.decode()

    assert "Nothing like this in the part that was looked through" in page
    assert "Looked back to" in page
    assert "Search on" in page


def test_a_log_that_expired_says_so(client_of, viewer, workspace, run):
    RunLog.objects.create(run=run, removed_until=run.created, removed_bytes=5_000_000)
    run.state = "finished"
    run.save()

    page = client_of(viewer).get(address(workspace, run)).content.decode()

    assert "(5 MB) were deleted" in page
    assert "Expired" in page


def test_a_downed_store_is_said_on_the_page(client_of, viewer, workspace, filled, object_store):
    object_store.is_down = True

    assert "cannot be read" in client_of(viewer).get(address(workspace, filled)).content.decode()


def test_a_page_asks_the_database_few_questions(
    client_of, viewer, workspace, filled, django_assert_max_num_queries
):
    client = client_of(viewer)
    client.get(address(workspace, filled))

    with django_assert_max_num_queries(16):
        client.get(address(workspace, filled), {"mock": "3", "result": "failed"})


# Live.


@pytest.fixture
def real_redis(redis_port, settings, monkeypatch):
    settings.REDIS_URL = f"redis://127.0.0.1:{redis_port}/9"
    settings.REDIS_TIMEOUT = PATIENT
    monkeypatch.setattr(tails, "LIFE", 600)  # no watch ends because the machine is busy
    redis.connection.cache_clear()
    redis.connection().flushdb()
    yield
    redis.connection().close()
    redis.connection.cache_clear()


def test_a_live_page_watches_what_is_named(client_of, viewer, workspace, run):
    page = client_of(viewer).get(address(workspace, run, "tail"), {"mock": "3"}).content.decode()

    assert "<log-tail" in page
    assert "live.json?mock=3" in page


@pytest.mark.parametrize(
    ("asked", "words"), [({}, "Name mocks, or a failure reason"), ({"mock": "99"}, "no mock “99”")]
)
def test_a_live_page_of_nothing_says_what_to_name(client_of, viewer, workspace, run, asked, words):
    page = client_of(viewer).get(address(workspace, run, "tail"), asked).content.decode()

    assert words in page
    assert "<log-tail" not in page


def test_what_cannot_be_watched_is_told_once_and_at_its_field(client_of, viewer, workspace, run):
    page = client_of(viewer).get(address(workspace, run, "tail"), {"mock": "zzz"}).content.decode()

    assert page.count("This run has no mock “zzz”.") == 1
    assert 'id="id_mock_error"' in page


@pytest.mark.parts("redis")
@pytest.mark.usefixtures("real_redis")
def test_each_look_tells_what_is_new(client_of, viewer, workspace, run):
    client, here = client_of(viewer), address(workspace, run, "tail_json")
    first = client.get(here, {"mock": "3"}).json()
    tell(run, first["watch"], [copy(3, payload=b'{"t": 1}')], left_out=4)

    second = client.get(here, {"mock": "3", "watch": first["watch"], "after": ""}).json()
    again = {"mock": "3", "watch": first["watch"], "after": second["after"]}
    third = client.get(here, again).json()

    assert (first["count"], first["html"]) == (0, "")
    assert (second["count"], second["left_out"], second["watch"]) == (1, 4, first["watch"])
    assert "&quot;t&quot;: 1" in second["html"]
    assert reverse("logs:mock", args=[workspace.code, run.code, 3]) in second["html"]
    assert (third["count"], third["after"]) == (0, second["after"])


def tell(run, watch, copies, *, left_out=0):
    import msgpack  # noqa: PLC0415

    fields = {"records": msgpack.packb(copies), "left_out": left_out}
    redis.connection().xadd(tails.tail_key(run.id, watch), fields)


@pytest.mark.parts("redis")
@pytest.mark.usefixtures("real_redis")
def test_a_watch_of_somebody_elses_making_is_not_taken(client_of, viewer, workspace, run):
    asked = {"mock": "3", "watch": "x:y", "after": "$"}

    answer = client_of(viewer).get(address(workspace, run, "tail_json"), asked).json()

    assert answer["watch"].isalnum()


@pytest.mark.usefixtures("unavailable_redis")
def test_a_silent_redis_is_said_and_asked_again(client_of, viewer, workspace, run):
    answer = client_of(viewer).get(address(workspace, run, "tail_json"), {"mock": "3"}).json()

    assert answer == {"problem": live.NO_REDIS}


def test_a_stranger_sees_no_live_record(client_of, stranger, workspace, run):
    assert client_of(stranger).get(address(workspace, run, "tail_json")).status_code == 404


@pytest.mark.usefixtures("unavailable_redis")
def test_a_tower_works_on_without_redis(run):
    desk = Desk(tower="tower-1", capacity=10_000)

    [assignment] = desk.work([]).begin

    assert desk.work([snapshot(assignment.shard)]).watches == []
