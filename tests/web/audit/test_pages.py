"""The page of the audit log: for owners, sorted, filtered, paged; and its files."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from web.audit import actions, exporting, ticks
from web.audit.access import ALL, Query
from web.audit.models import Entry, Export, ExportState
from web.platform.storage import StorageUnavailable
from web.reports import making
from web.reports.upload import Overtaken


@pytest.fixture
def index(workspace) -> str:
    return reverse("audit:index", args=[workspace.code])


def rows_of(answer) -> list[str]:
    return [entry.action for entry in answer.context["page"]]


def noted(workspace, action, *, user="system", days=0, words="", about=None):
    entry = actions.note(action, workspace=workspace, user=user, about=about, words=words)
    Entry.objects.filter(id=entry.id).update(at=timezone.now() - timedelta(days=days))
    return entry


def test_an_owner_sees_what_was_done_newest_first(client_of, owner, workspace, index):
    noted(workspace, "run.started", days=2)
    noted(workspace, "run.stopped", days=1)

    assert rows_of(client_of(owner).get(index)) == [
        "workspace.made",
        "run.stopped",
        "run.started",
    ]


@pytest.mark.parametrize("who", ["teammate", "viewer"])
def test_others_do_not(client_of, request, index, who):
    assert client_of(request.getfixturevalue(who)).get(index).status_code == 403


def test_another_workspaces_entries_are_not_there(client_of, owner, stranger, index):
    noted(stranger.memberships.get().workspace, "run.started")

    assert "run.started" not in rows_of(client_of(owner).get(index))


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"who": "anna"}, ["lot.saved"]),
        ({"kind": "run"}, ["run.started"]),
        ({"text": "fridge"}, ["lot.saved"]),
        ({"who": "nobody"}, []),
        ({"kind": "nothing"}, None),
    ],
)
def test_entries_are_filtered(client_of, owner, workspace, index, query, left):
    Entry.objects.all().delete()
    noted(workspace, "run.started", user="Ben")
    noted(workspace, "lot.saved", user="Anna", words="Fridges")

    answer = client_of(owner).get(index, query)

    assert rows_of(answer) == (["lot.saved", "run.started"] if left is None else left)


def test_the_times_of_the_filter_are_the_users(client_of, owner, workspace, index):
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    Entry.objects.all().delete()
    noted(workspace, "run.started")
    Entry.objects.update(at="2026-11-23T00:30:00Z")

    inside = {"since": "2026-11-23T09:00", "until": "2026-11-23T10:00"}
    outside = {"since": "2026-11-23T00:00", "until": "2026-11-23T01:00"}

    assert rows_of(client_of(owner).get(index, inside)) == ["run.started"]
    assert rows_of(client_of(owner).get(index, outside)) == []


def test_times_that_make_no_sense_say_so(client_of, owner, index):
    query = {"since": "2026-11-24T00:00", "until": "2026-11-23T00:00"}

    page = client_of(owner).get(index, query).content.decode()

    assert "This has to be later than the beginning" in page


@pytest.mark.parametrize(
    ("order", "first"), [("who", "run.started"), ("-what", "run.started"), ("what", "lot.saved")]
)
def test_a_heading_sorts(client_of, owner, workspace, index, order, first):
    Entry.objects.all().delete()
    noted(workspace, "lot.saved", user="Zoe")
    noted(workspace, "run.started", user="Anna")

    assert rows_of(client_of(owner).get(index, {"order": order}))[0] == first


def test_a_long_log_is_paged_with_few_queries(
    client_of, owner, workspace, index, django_assert_max_num_queries
):
    for _ in range(60):
        actions.note("run.started", workspace=workspace, about=workspace)
    client = client_of(owner)

    with django_assert_max_num_queries(12):
        answer = client.get(index)

    assert answer.context["page"].paginator.num_pages == 2


def test_what_a_form_changed_says_from_where(client_of, owner, workspace, index):
    client_of(owner).post(
        reverse("workspace_settings", args=[workspace.code]),
        {"name": "Warm chain"},
        headers={"User-Agent": "curl/8.5.0"},
        REMOTE_ADDR="198.51.100.9",
    )

    entry = Entry.objects.get(action="workspace.renamed")
    assert (entry.user, entry.words, entry.agent) == (owner, "Now Warm chain.", "curl/8.5.0")
    assert entry.address
    assert "Now Warm chain." in client_of(owner).get(index).content.decode()


def asked_for(client, workspace, **query) -> Export:
    client.post(reverse("audit:ask", args=[workspace.code]), query)
    return Export.objects.get()


def test_a_file_has_what_the_page_shows(client_of, owner, workspace, object_store):
    noted(workspace, "run.started", user="=HYPERLINK(1)", words='say "hi", there')
    noted(workspace, "lot.saved", user="Anna")
    export = asked_for(client_of(owner), workspace, kind="run")

    exporting.make(export.code)

    export.refresh_from_db()
    assert export.state == ExportState.READY
    lines = list(csv.DictReader(io.StringIO(object_store.get(export.key).decode())))
    assert [line["action"] for line in lines] == ["run.started"]
    assert lines[0]["who"] == "'=HYPERLINK(1)"
    assert lines[0]["words"] == 'say "hi", there'
    assert lines[0]["at"].endswith("Z")
    assert export.rows == 1


def test_a_file_is_made_in_pieces(workspace, owner, object_store, monkeypatch):
    monkeypatch.setattr(exporting, "BLOCK", 2)
    Entry.objects.all().delete()
    moment = timezone.now()
    for n in range(5):
        noted(workspace, "run.started", words=f"{n}")
    Entry.objects.update(at=moment)
    export = actions.ask_for_export(workspace, Query(kind="run"), by=owner)

    exporting.make(export.code)

    export.refresh_from_db()
    lines = list(csv.DictReader(io.StringIO(object_store.get(export.key).decode())))
    assert [line["words"] for line in lines] == ["4", "3", "2", "1", "0"]


def test_a_file_is_downloaded_when_it_is_ready(client_of, owner, workspace, object_store):
    client = client_of(owner)
    export = asked_for(client, workspace)
    path = reverse("audit:download", args=[workspace.code, export.code])
    assert client.get(path).url == export.get_absolute_url()

    exporting.make(export.code)

    assert "http" in client.get(path).url
    assert "Download" in client.get(export.get_absolute_url()).content.decode()


def test_a_silent_store_is_said_in_words(workspace, owner, object_store, monkeypatch):
    def silent(*_, **__):
        raise StorageUnavailable("away")

    export = actions.ask_for_export(workspace, ALL, by=owner)
    monkeypatch.setattr(exporting, "upload", silent)

    exporting.make(export.code)

    export.refresh_from_db()
    assert (export.state, export.reason) == (ExportState.FAILED, making.NO_STORAGE)


def test_an_attempt_at_a_file_that_was_overtaken_ends_and_changes_nothing(
    workspace, owner, object_store
):
    export = actions.ask_for_export(workspace, ALL, by=owner)
    taken = making.claim(Export.objects.all(), export.code)
    Export.objects.update(attempt=2)

    with pytest.raises(Overtaken):
        exporting.Making(taken).make()
    exporting.make(export.code)

    export.refresh_from_db()
    assert (export.state, export.attempt) == (ExportState.RUNNING, 2)
    assert object_store.objects == {}


def test_a_file_whose_job_died_is_made_by_the_next(workspace, owner, object_store):
    export = actions.ask_for_export(workspace, ALL, by=owner)
    making.claim(Export.objects.all(), export.code)
    Export.objects.update(worked_at=timezone.now() - timedelta(minutes=3))

    exporting.make(export.code)

    export.refresh_from_db()
    assert (export.state, export.attempt) == (ExportState.READY, 2)


def test_only_so_many_files_are_made_at_once(client_of, owner, workspace, monkeypatch):
    monkeypatch.setattr(actions, "MOST_EXPORTS", 0)

    answer = client_of(owner).post(reverse("audit:ask", args=[workspace.code]), follow=True)

    assert "0 files are being made already" in answer.content.decode()


def test_a_query_survives_its_row():
    now = timezone.now()
    query = Query(who="a", kind="run", text="b", since=now, until=now)

    assert Query.from_json(query.to_json()) == query
    assert ALL.to_json() == {}


def test_lost_jobs_are_asked_for_again_and_old_files_removed(workspace, owner):
    export = actions.ask_for_export(workspace, ALL, by=owner)
    Export.objects.update(created=timezone.now() - timedelta(minutes=5))

    ticks.ask_again()
    assert Export.objects.filter(id=export.id).exists()
    Export.objects.update(created=timezone.now() - timedelta(days=8))
    ticks.forget()

    assert not Export.objects.exists()
