from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import Workspace
from web.reports import access, actions, making
from web.reports.models import LINK_LIFE, Report, ReportState

GETS = ("detail", "delete")
WRITES = ("retry",)


def address(page, workspace, report=None):
    return reverse(f"reports:{page}", args=[workspace.code, *([report.code] if report else [])])


def ask_address(workspace, run):
    return reverse("reports:new", args=[workspace.code, run.code])


@pytest.fixture
def ready(report) -> Report:
    making.make(UUID(str(report.code)))
    report.refresh_from_db()
    return report


def test_a_report_is_asked_for_on_the_runs_page(client_of, teammate, workspace, ended, asked):
    answer = client_of(teammate).post(ask_address(workspace, ended))

    report = Report.objects.get()
    assert answer.url == report.get_absolute_url()
    assert (report.asked_by, report.rows_total) == (teammate, 6)


def test_a_live_run_answers_with_the_reason(client_of, teammate, workspace, run):
    answer = client_of(teammate).post(ask_address(workspace, run), follow=True)

    assert "The run is still going on" in answer.content.decode()


def test_a_report_that_is_being_made_asks_again_and_a_ready_one_does_not(client_of, viewer, report):
    client = client_of(viewer)

    waiting = client.get(report.get_absolute_url()).content.decode()
    making.make(UUID(str(report.code)))
    done = client.get(report.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="every 1s"' in waiting
    assert "hx-get" not in done
    assert "<html" not in done
    assert ">6 lines<" in done


def test_a_ready_report_is_downloaded_from_the_store(client_of, viewer, workspace, ready):
    answer = client_of(viewer).get(address("download", workspace, ready))

    assert answer.url.startswith(f"https://store.example/{ready.key}")
    assert "as=Night%20shift%202" in answer.url


def test_a_report_that_is_not_ready_cannot_be_downloaded(client_of, viewer, workspace, report):
    assert client_of(viewer).get(address("download", workspace, report)).status_code == 404


def test_a_store_that_is_down_is_said(client_of, viewer, workspace, ready, object_store):
    object_store.is_down = True

    answer = client_of(viewer).get(address("download", workspace, ready), follow=True)

    assert "The object store does not answer" in answer.content.decode()


def link(report, token=None):
    return reverse("report_link", args=[report.code, token or access.link_token(report)])


def test_the_mails_link_needs_no_signing_in(client, ready):
    assert client.get(link(ready)).url.startswith("https://store.example/")


@pytest.mark.parametrize("token", ["nonsense", "a:b:c"])
def test_a_link_that_is_not_ours_is_not_there_and_says_what_to_do(client, ready, token):
    answer = client.get(link(ready, token))

    assert answer.status_code == 404
    assert "open the run, and download its report there" in answer.content.decode()


def test_an_expired_link_is_not_there(client, ready):
    Report.objects.update(finished_at=timezone.now() - LINK_LIFE - timedelta(seconds=1))

    assert client.get(link(ready)).status_code == 404


def test_the_link_of_one_report_does_not_open_another(client, ready, ended, owner):
    other = actions.ask_for_report(ended, by=owner)
    making.make(UUID(str(other.code)))

    assert client.get(link(other, access.link_token(ready))).status_code == 404


def test_the_link_of_a_deleted_run_is_not_there(client, ready):
    ready.run.deleted = timezone.now()
    ready.run.save(update_fields=["deleted"])

    assert client.get(link(ready)).status_code == 404


def test_a_failed_report_says_why_and_is_tried_again(
    client_of, teammate, workspace, report, object_store
):
    object_store.is_down = True
    making.make(UUID(str(report.code)))
    client = client_of(teammate)

    page = client.get(report.get_absolute_url()).content.decode()
    client.post(address("retry", workspace, report))

    report.refresh_from_db()
    assert making.NO_STORAGE in page
    assert report.state == ReportState.QUEUED


def test_a_report_is_deleted_with_its_file(client_of, teammate, workspace, ready, object_store):
    client = client_of(teammate)

    question = client.get(address("delete", workspace, ready)).content.decode()
    client.post(address("delete", workspace, ready))

    assert "Delete this report?" in question
    assert not Report.objects.exists()
    assert ready.key not in object_store.objects


def test_a_report_stays_when_its_file_cannot_be_removed(
    client_of, teammate, workspace, ready, object_store
):
    object_store.is_down = True

    client_of(teammate).post(address("delete", workspace, ready))

    assert Report.objects.exists()


@pytest.mark.parametrize("page", [*GETS, *WRITES, "download"])
def test_a_stranger_finds_no_report(client_of, stranger, workspace, ready, page):
    client = client_of(stranger)
    ask = client.post if page in WRITES else client.get
    theirs = Workspace.objects.get(memberships__user=stranger)

    assert ask(address(page, workspace, ready)).status_code == 404
    assert ask(address(page, theirs, ready)).status_code == 404


def test_a_stranger_cannot_ask_for_a_report(client_of, stranger, workspace, ended):
    theirs = Workspace.objects.get(memberships__user=stranger)

    assert client_of(stranger).post(ask_address(workspace, ended)).status_code == 404
    assert client_of(stranger).post(ask_address(theirs, ended)).status_code == 404


def test_a_viewer_may_not_write(client_of, viewer, workspace, report):
    client = client_of(viewer)

    assert client.post(address("retry", workspace, report)).status_code == 403
    assert client.post(address("delete", workspace, report)).status_code == 403
    assert client.post(ask_address(workspace, report.run)).status_code == 403


@pytest.mark.parametrize("page", [*GETS, *WRITES, "download"])
def test_who_is_signed_out_is_asked_to_sign_in(client, workspace, report, page):
    ask = client.post if page in WRITES else client.get

    assert "/sign-in/" in ask(address(page, workspace, report)).url


def test_writes_are_posts(client_of, teammate, workspace, report):
    client = client_of(teammate)

    assert client.get(address("retry", workspace, report)).status_code == 405
    assert client.get(ask_address(workspace, report.run)).status_code == 405


def test_the_list_asks_as_often_for_many_reports_as_for_one(
    client_of, viewer, workspace, ended, owner, report, django_assert_num_queries
):
    client = client_of(viewer)
    client.get(address("index", workspace))
    with django_assert_num_queries(6) as one:
        client.get(address("index", workspace))
    for _ in range(4):
        actions.ask_for_report(ended, by=owner)

    with django_assert_num_queries(len(one)):
        client.get(address("index", workspace))


def test_an_empty_list_says_how_to_begin(client_of, viewer, workspace):
    assert "No reports yet" in client_of(viewer).get(address("index", workspace)).content.decode()
