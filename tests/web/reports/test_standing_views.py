"""The pages of regular reports."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from web.logs.models import Retention
from web.mail import wishes
from web.mail.models import Topic
from web.reports.models import Edition, Every, ReportState, Standing
from web.reports.standing import actions

FORM = {"name": "Monthly", "every": "month", "zone": "Asia/Tokyo", "at": "06:00"}
FORM |= {"content": "sends", "form": "csv", "is_packed": "on"}


@pytest.fixture
def standing(workspace, owner) -> Standing:
    report = Standing(workspace=workspace, name="Monthly", every=Every.MONTH, zone="Asia/Tokyo")
    return actions.save_standing(report, subscribers=[owner], by=owner)


@pytest.fixture
def edition(standing) -> Edition:
    begin = timezone.now() - timedelta(days=40)
    return Edition.objects.create(standing=standing, begin=begin, end=begin + timedelta(days=30))


def url(name: str, *rows) -> str:
    return reverse(f"reports:{name}", args=[row.code for row in rows])


def test_an_editor_makes_a_report_and_chooses_who_gets_it(client_of, workspace, teammate, viewer):
    before = timezone.now()
    answer = client_of(teammate).post(
        url("standing_new", workspace), FORM | {"subscribers": [viewer.id, teammate.id]}
    )

    standing = Standing.objects.get()
    assert answer.url == standing.get_absolute_url()
    assert (standing.every, standing.zone, str(standing.at)) == ("month", "Asia/Tokyo", "06:00:00")
    assert {each.user for each in standing.subscribers.all()} == {viewer, teammate}
    assert standing.next_at > before


def test_a_viewer_makes_none_but_may_get_one(client_of, workspace, viewer, standing):
    assert client_of(viewer).post(url("standing_new", workspace), FORM).status_code == 403

    client_of(viewer).post(url("standing_subscribe", workspace, standing))
    assert standing.subscribers.filter(user=viewer).exists()
    client_of(viewer).post(url("standing_subscribe", workspace, standing), {"stop": "1"})

    assert not standing.subscribers.filter(user=viewer).exists()


def test_a_stranger_cannot_be_chosen(client_of, workspace, owner, stranger):
    page = client_of(owner).post(
        url("standing_new", workspace), FORM | {"subscribers": [stranger.id]}
    )

    assert page.status_code == 422
    assert "no member of this workspace" in page.content.decode()
    assert not Standing.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Give the report a name."),
        ({"at": "25:00"}, "Say a time of the day"),
        ({"zone": "Moon/Base"}, "Select a valid choice"),
        ({"every": "year"}, "Select a valid choice"),
        ({"form": "parquet"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said(client_of, workspace, owner, wrong, words):
    page = client_of(owner).post(url("standing_new", workspace), FORM | wrong)

    assert page.status_code == 422
    assert words in page.content.decode()


def test_a_workspace_has_so_many_at_most(client_of, workspace, owner, standing, monkeypatch):
    monkeypatch.setattr(actions, "MOST_OF_A_WORKSPACE", 1)

    page = client_of(owner).post(url("standing_new", workspace), FORM)

    assert "at most 1 regular reports" in page.content.decode()


def test_the_list_and_the_page_say_how_it_stands(client_of, workspace, viewer, standing, edition):
    listed = client_of(viewer).get(url("regular", workspace)).content.decode()
    page = client_of(viewer).get(standing.get_absolute_url()).content.decode()

    assert "Monthly" in listed
    assert "Every month" in listed
    assert "Queued" in page
    assert "Olga" in page


def test_without_a_report_the_list_says_how_to_begin(client_of, workspace, owner, viewer):
    assert "New regular report" in client_of(owner).get(url("regular", workspace)).content.decode()
    assert "An editor" in client_of(viewer).get(url("regular", workspace)).content.decode()


def test_logs_that_are_not_kept_long_enough_are_warned_of(client_of, workspace, owner, standing):
    Retention.objects.create(workspace=workspace, days=14)

    page = client_of(owner).get(standing.get_absolute_url()).content.decode()

    assert "keeps logs for 14 days" in page


def test_who_stopped_it_by_mail_is_seen_and_may_get_it_again(client_of, workspace, owner, standing):
    wishes.stop(owner.email, Topic.REPORT, thread=standing.thread, how="reply")
    page = client_of(owner).get(standing.get_absolute_url()).content.decode()
    assert "Stopped it by mail" in page
    assert "Mail it to me" in page

    client_of(owner).post(url("standing_subscribe", workspace, standing))

    assert wishes.opt_out_of(owner.email, Topic.REPORT, standing.thread) is None


def test_it_is_paused_resumed_run_and_deleted(client_of, workspace, owner, standing, asked):
    client = client_of(owner)

    client.post(url("standing_pause", workspace, standing))
    assert "It is paused since" in client.get(standing.get_absolute_url()).content.decode()
    client.post(url("standing_resume", workspace, standing))
    assert "It is paused since" not in client.get(standing.get_absolute_url()).content.decode()
    answer = client.post(url("standing_run", workspace, standing), {"so_far": "1"})
    assert answer.url == Edition.objects.get().get_absolute_url()
    assert (
        "Delete this regular report?"
        in client.get(url("standing_delete", workspace, standing)).content.decode()
    )
    client.post(url("standing_delete", workspace, standing))

    assert not Standing.objects.exists()


def test_a_viewer_changes_nothing(client_of, workspace, viewer, standing, edition):
    client = client_of(viewer)
    for name in ("pause", "resume", "run", "delete", "edit"):
        assert client.post(url(f"standing_{name}", workspace, standing)).status_code == 403
    for name in ("retry", "cancel"):
        assert client.post(url(f"edition_{name}", workspace, standing, edition)).status_code == 403


def test_a_failed_edition_says_why_and_is_tried_again(
    client_of, workspace, owner, standing, edition, asked
):
    Edition.objects.update(state=ReportState.FAILED, reason="The store is gone.")
    page = client_of(owner).get(edition.get_absolute_url()).content.decode()
    assert "The store is gone." in page

    client_of(owner).post(url("edition_retry", workspace, standing, edition))

    edition.refresh_from_db()
    assert edition.state == ReportState.QUEUED


def test_what_is_not_ready_cannot_be_downloaded(client_of, workspace, owner, standing, edition):
    path = url("edition_download", workspace, standing, edition)

    assert client_of(owner).get(path).status_code == 404
