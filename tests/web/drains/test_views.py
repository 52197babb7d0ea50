from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.web.drains.conftest import ended
from web.drains import actions, letters, ticks
from web.drains.documents import Line
from web.drains.models import Drain, Letter, Point, Progress
from web.drains.senders.base import Refusal

SECRET = "wJalrXUtnFEMI-EXAMPLEKEY"
FORMS = {
    "s3": {
        "bucket": "my-device-logs",
        "folder": "/lab/",
        "form": "lines",
        "region": "eu-central-1",
        "key_id": "AKIAEXAMPLE",
        "secret_key": SECRET,
        "endpoint": "",
    },
    "kinesis": {
        "stream": "device-records",
        "region": "eu-central-1",
        "key_id": "AKIAEXAMPLE",
        "secret_key": SECRET,
        "endpoint": "https://kinesis.example.org/",
    },
    "cloudwatch": {
        "group": "/mocklot/records",
        "region": "eu-central-1",
        "key_id": "AKIAEXAMPLE",
        "secret_key": SECRET,
        "endpoint": "",
    },
    "http": {
        "url": "https://in.example.org/records",
        "form": "array",
        "gzip": "on",
        "authorization": "Bearer abc",
        "signing": "a secret that signs",
    },
}


def path(name, *arguments):
    return reverse(f"drains:{name}", args=arguments)


@pytest.fixture
def editor(teammate, client_of):
    return client_of(teammate)


@pytest.fixture
def create(editor, workspace):
    """Return a function that posts the form of a kind, with changes."""

    def post(kind, **changes):
        fields = {"name": "Mine", "share": "100", **FORMS[kind], **changes}
        said = {name: value for name, value in fields.items() if value is not None}
        return editor.post(f"{path('create', workspace.code)}?kind={kind}", said)

    return post


def text(answer):
    return answer.content.decode()


@pytest.mark.parametrize("kind", FORMS)
def test_a_drain_of_each_kind_is_made_and_shown_without_its_secrets(kind, create, editor, asked):
    answer = create(kind)

    drain = Drain.objects.get()
    page = text(editor.get(answer.url))
    edit = text(editor.get(path("edit", drain.workspace.code, drain.code)))
    assert answer.url == drain.get_absolute_url()
    assert drain.kind == kind
    for secret in (SECRET, "Bearer abc", "a secret that signs"):
        assert secret not in page + edit
        assert secret not in str(Drain.objects.values().get())
    assert "Leave it empty to keep it." in edit


def test_settings_are_put_in_order(create):
    create("s3")
    create("kinesis", name="Second")

    first, second = Drain.objects.order_by("id")
    assert first.settings == {
        "bucket": "my-device-logs",
        "folder": "lab/",
        "form": "lines",
        "region": "eu-central-1",
        "endpoint": "",
        "key_id": "AKIAEXAMPLE",
    }
    assert second.settings["endpoint"] == "https://kinesis.example.org/"
    assert second.secrets == {"secret_key": SECRET}


def test_the_filter_is_kept(create, make_lot):
    lot = make_lot()
    create("http", lots=[lot.id], tags="Press, night", events=["send"], results=["failed"], share=5)

    drain = Drain.objects.get()
    assert list(drain.lots.all()) == [lot]
    assert (drain.tag_list, drain.events, drain.results) == (
        ["night", "press"],
        ["send"],
        ["failed"],
    )
    assert drain.share == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("http", {"name": ""}, "Give the drain a name."),
        ("http", {"url": "ftp://x.example/"}, "begins with https://"),
        ("http", {"url": "http://169.254.169.254/"}, "Nothing may be sent to 169.254.169.254"),
        ("http", {"url": "https://a:b@in.example.org/"}, "Leave user and password out"),
        ("http", {"signing": "short"}, "It is too short: at least 16 characters."),
        ("http", {"authorization": "Bearer ü"}, "no letters beyond ASCII"),
        ("http", {"share": "0"}, "greater than or equal to 0.001"),
        ("http", {"share": "101"}, "less than or equal to 100"),
        ("http", {"tags": "a/b"}, "is no tag"),
        ("http", {"events": ["nothing"]}, "Select a valid choice"),
        ("s3", {"bucket": "A"}, "3 to 63 small letters"),
        ("s3", {"folder": "a b"}, "A prefix has letters"),
        ("s3", {"region": "Frankfurt"}, "This is no region."),
        ("s3", {"secret_key": ""}, "This field is required."),
        ("s3", {"endpoint": "http://0.0.0.0/"}, "Nothing may be sent to 0.0.0.0"),
        ("kinesis", {"stream": "a b"}, "A stream&#x27;s name"),
        ("cloudwatch", {"group": "a b"}, "A log group&#x27;s name"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_nothing_is_stored(kind, changes, words, create):
    answer = create(kind, **changes)

    assert answer.status_code == 422
    assert words in text(answer)
    assert SECRET not in text(answer)
    assert not Drain.objects.exists()


def test_a_name_that_is_taken_is_said(create):
    create("http")

    assert "called Mine already" in text(create("http"))


def test_a_workspace_has_only_so_many_drains(create, make_drain):
    for number in range(actions.MOST_OF_A_WORKSPACE):
        make_drain(name=f"Number {number}")

    assert "A workspace has at most 20 drains" in text(create("http"))
    assert Drain.objects.count() == actions.MOST_OF_A_WORKSPACE


def test_an_edit_keeps_secrets_that_are_left_empty_and_forgets_what_is_ticked(create, editor):
    create("http")
    drain = Drain.objects.get()
    fields = {"name": "Mine", "share": 100, **FORMS["http"], "authorization": "", "signing": ""}

    editor.post(path("edit", drain.workspace.code, drain.code), {**fields, "clear_signing": "on"})

    drain.refresh_from_db()
    assert drain.secrets == {"authorization": "Bearer abc"}
    assert drain.revision == 2


def test_the_choice_of_a_kind_comes_first(editor, workspace):
    page = text(editor.get(path("create", workspace.code)))

    for label in ("S3 bucket", "Kinesis stream", "CloudWatch log group", "HTTP endpoint"):
        assert label in page
    assert editor.post(path("create", workspace.code)).status_code == 404


@pytest.mark.parametrize("name", ["create", "edit", "delete", "pause", "resume", "try", "test"])
def test_a_viewer_changes_nothing(name, make_drain, viewer, client_of):
    drain = make_drain()
    arguments = [drain.workspace.code] + ([drain.code] if name != "create" else [])

    assert client_of(viewer).post(path(name, *arguments)).status_code == 403


def test_a_viewer_sees_a_drain_without_its_buttons(make_drain, viewer, client_of):
    drain = make_drain()

    page = text(client_of(viewer).get(drain.get_absolute_url()))

    assert "Send a test" not in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Ok"),
        ({"paused": timezone.now()}, "Paused"),
        ({"failing_since": timezone.now(), "last_error": "It refuses.", "attempts": 3}, "Failing"),
    ],
)
def test_the_list_and_the_page_say_how_it_is_doing(values, words, make_drain, editor):
    drain = make_drain()
    Drain.objects.update(last_error_at=timezone.now(), **values)

    listed = text(editor.get(path("index", drain.workspace.code)))
    page = text(editor.get(drain.get_absolute_url()))

    assert f">{words}<" in listed
    assert f">{words}<" in page
    assert values.get("last_error", "") in page


def test_what_waits_is_counted_on_the_page(make_drain, editor, sends):
    drain = make_drain()
    sends(12)

    page = text(editor.get(drain.get_absolute_url(), headers={"HX-Request": "true"}))

    assert "<dd>12</dd>" in page
    assert "of 1 run" in page


def test_the_list_says_what_waited_a_minute_ago(make_drain, editor, workspace, sends):
    make_drain()
    sends(12)
    ticks.measure()

    page = text(editor.get(path("index", workspace.code)))

    assert '<td class="number">12</td>' in page


def test_the_list_asks_the_database_as_often_for_one_drain_as_for_ten(
    make_drain, editor, workspace, django_assert_num_queries
):
    address = path("index", workspace.code)
    make_drain(name="The first")
    editor.get(address)  # which opens the workspace
    with CaptureQueriesContext(connection) as first:
        editor.get(address)
    for number in range(9):
        make_drain(name=f"Drain {number}")

    with django_assert_num_queries(len(first)):
        editor.get(address)


def test_the_series_are_columns(make_drain, editor):
    drain = make_drain()
    at = timezone.now().replace(second=0, microsecond=0)
    for minute, records in enumerate((5, 3)):
        Point.objects.create(
            drain=drain, at=at + timedelta(minutes=minute), records=records, seconds=60, shipped=0
        )

    data = editor.get(path("series", drain.workspace.code, drain.code)).json()

    start = int(at.timestamp())
    assert data == {"t": [start, start + 60], "records": [5, 3], "seconds": [60, 60]}


def test_a_test_is_asked_for(make_drain, editor, asked):
    drain = make_drain()
    asked.clear()

    page = text(editor.post(path("test", drain.workspace.code, drain.code), follow=True))

    assert asked == ["try_out"]
    assert "The record of the test is on its way." in page


def test_a_test_without_a_queue_is_refused_with_a_sentence(make_drain, editor, no_queue):
    drain = make_drain()

    page = text(editor.post(path("test", drain.workspace.code, drain.code), follow=True))

    assert "The queue does not answer." in page
    assert Drain.objects.get().test_asked is None


def test_it_is_paused_by_somebody_and_resumed(make_drain, editor, teammate):
    drain = make_drain()

    editor.post(path("pause", drain.workspace.code, drain.code))
    drain.refresh_from_db()
    paused = (drain.paused is not None, drain.paused_by)
    editor.post(path("resume", drain.workspace.code, drain.code))

    drain.refresh_from_db()
    assert paused == (True, teammate)
    assert drain.paused is None


def test_a_failing_drain_is_tried_at_once(make_drain, editor):
    drain = make_drain()
    Drain.objects.update(next_try=timezone.now() + timedelta(hours=1))

    editor.post(path("try", drain.workspace.code, drain.code))

    assert Drain.objects.get().next_try is None


def test_an_older_run_is_sent_when_somebody_asks(make_drain, editor, run, lease, sends, stranger):
    sends(1)
    ended(run, lease)
    drain = make_drain()
    send = path("send", drain.workspace.code, drain.code)

    assert run.name in text(editor.get(drain.get_absolute_url()))
    assert editor.post(send, {"run": run.code}).status_code == 302
    assert Progress.objects.get().is_asked
    assert editor.post(send, {"run": uuid4()}).status_code == 404
    assert editor.post(send, {"run": "x"}).status_code == 404


def test_deleting_asks_first_and_says_what_is_lost(make_drain, editor, sends):
    drain = make_drain()
    sends(7)
    delete = path("delete", drain.workspace.code, drain.code)

    asked = text(editor.get(delete))
    editor.post(delete)

    assert "7 records still wait to be sent" in asked
    assert not Drain.objects.exists()


@pytest.fixture
def letter(make_drain, run) -> Letter:
    drain = make_drain()
    refusal = Refusal([Line(b'{"id":"r:1","sent":"2026-11-23T00:00:00Z"}', 0, "")], "It refused.")
    (made,) = letters.letters_of(drain, run, "x", [refusal])
    made.save()
    return made


def test_a_dead_letter_is_looked_at(letter, editor):
    listed = text(editor.get(letter.drain.get_absolute_url()))
    page = text(editor.get(letter.get_absolute_url()))

    assert "It refused." in listed
    assert "&quot;id&quot;: &quot;r:1&quot;" in page


@pytest.mark.parametrize("way", ["missing", "silent"])
def test_a_letter_whose_records_cannot_be_read_says_so(letter, editor, object_store, way):
    object_store.is_down = way == "silent"
    object_store.objects.pop(letter.key)

    page = text(editor.get(letter.get_absolute_url()))

    words = {"missing": "not in the object store any more", "silent": "does not answer"}
    assert words[way] in page


def test_a_letter_is_sent_again(letter, editor):
    editor.post(path("send_again", letter.drain.workspace.code, letter.code))

    assert Letter.objects.get().state == "asked"


def test_a_letter_of_a_paused_drain_says_to_resume(letter, editor):
    Drain.objects.update(paused=timezone.now())

    send = path("send_again", letter.drain.workspace.code, letter.code)

    assert "Resume it" in text(editor.post(send, follow=True))


def test_a_letter_is_discarded_after_a_question(letter, editor, object_store):
    discard = path("discard", letter.drain.workspace.code, letter.code)

    question = text(editor.get(discard))
    editor.post(discard)

    assert "Discard these records?" in question
    assert not Letter.objects.exists()
    assert letter.key not in object_store.objects
