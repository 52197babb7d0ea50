"""Regular reports: editions of periods from all runs, mailed by their link, told when they fail."""

import csv
import gzip
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from tests.web.letters import said
from tests.web.runs.conftest import START
from web.accounts.models import Membership
from web.logs.models import Chunk
from web.mail import wishes
from web.mail.models import Mail, Topic
from web.platform.models import Removal
from web.reports.making import claim, work_on
from web.reports.models import Content, Edition, Every, ReportState, Standing
from web.reports.standing import actions, making, periods, telling, ticks

BEGIN = datetime.fromtimestamp(START, UTC)


@pytest.fixture
def standing(workspace, owner, teammate, asked) -> Standing:
    """Return a daily report that owner and teammate get."""
    report = Standing(workspace=workspace, name="All sends", every=Every.DAY, is_packed=False)
    return actions.save_standing(report, subscribers=[owner, teammate], by=owner, now=BEGIN)


def edition_of(standing: Standing) -> Edition:
    """Return the edition of the day in which the run was, as the clock begins it."""
    assert ticks_at(standing, standing.next_at) == 1
    return standing.editions.get()


def ticks_at(standing: Standing, now: datetime) -> int:
    return actions.take_due(now)


def made(edition: Edition) -> Edition:
    making.make(edition.code, now=edition.end + timedelta(days=1))
    edition.refresh_from_db()
    return edition


def lines_of(edition: Edition, object_store) -> list[dict[str, Any]]:
    text = b"".join(object_store.objects[part["key"]] for part in edition.files).decode()
    return list(csv.DictReader(text.splitlines()))


def test_an_edition_has_the_sends_of_its_period_from_all_runs(ended, standing, object_store):
    edition = made(edition_of(standing))

    lines = lines_of(edition, object_store)
    assert edition.state == ReportState.READY
    assert [(line["run"], line["id"], line["sequence"]) for line in lines] == [
        (str(ended.code), f"f-00{mock}", number) for number in "12" for mock in range(3)
    ]
    assert edition.rows == 6


def test_the_job_and_nobody_before_it_counts_what_there_is_to_go_through(
    ended, standing, object_store, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):  # of a request: no run of the period is asked about
        edition = actions.run_now(
            standing, by=standing.created_by, so_far=False, now=BEGIN + timedelta(days=1)
        )
    assert (edition.looked_total, edition.rows_total) == (0, None)

    edition = made(edition)

    assert (edition.looked, edition.looked_total) == (7, 7)


def test_what_lies_outside_of_the_period_is_not_in_it(ended, standing, object_store):
    edition = edition_of(standing)
    Edition.objects.update(begin=BEGIN + timedelta(seconds=2), end=BEGIN + timedelta(seconds=11))

    lines = lines_of(made(edition), object_store)

    assert [(line["id"], line["sequence"]) for line in lines] == [("f-002", "1"), ("f-000", "2")]


@pytest.mark.parametrize(
    ("content", "rows"), [(Content.SENDS, 6), (Content.FAILED, 0), (Content.ALL, 7)]
)
def test_an_edition_has_what_was_chosen(ended, standing, content, rows, object_store):
    Standing.objects.update(content=content)

    assert made(edition_of(standing)).rows == rows


def test_a_deleted_run_is_not_in_it(ended, standing, object_store):
    ended.deleted = BEGIN
    ended.save()

    assert made(edition_of(standing)).rows == 0


def test_a_packed_edition_is_gzip(ended, standing, object_store):
    Standing.objects.update(is_packed=True)

    edition = made(edition_of(standing))

    (part,) = edition.files
    assert part["key"].endswith(".csv.gz")
    assert gzip.decompress(object_store.objects[part["key"]]).count(b"\n") == 7


def test_its_link_is_mailed_to_who_gets_it_and_leads_to_the_file(
    ended, standing, owner, teammate, viewer, client, object_store
):
    edition = made(edition_of(standing))

    mails = Mail.objects.order_by("id")
    assert [mail.to for mail in mails] == [owner.email, teammate.email]
    assert mails[0].subject.startswith("All sends: ")
    assert (mails[0].topic, mails[0].thread) == (Topic.REPORT, f"report:{standing.code}")
    assert "6 lines" in said(mails[0])
    link = next(word for word in mails[0].text.split() if "/reports/editions/" in word)
    answer = client.get(urlsplit(link).path)
    assert answer.url.startswith(f"https://store.example/{edition.files[0]['key']}")
    assert client.get(urlsplit(link).path[:-2] + "x/").status_code == 404


def test_a_link_of_a_mail_ends(ended, standing, client, object_store):
    edition = made(edition_of(standing))
    path = reverse("edition_link", args=[edition.code, telling.token(edition)])
    assert client.get(path).status_code == 302

    Edition.objects.update(finished_at=edition.finished_at - timedelta(days=8))

    assert client.get(path).status_code == 404


def test_who_left_the_workspace_or_stopped_it_gets_it_no_more(
    ended, standing, owner, teammate, object_store
):
    Membership.objects.filter(user=teammate).delete()
    wishes.stop(owner.email, Topic.REPORT, thread=standing.thread, how="reply")

    made(edition_of(standing))

    assert not Mail.objects.exists()


def test_a_period_without_sends_is_told_and_has_no_file(standing, object_store, db):
    edition = made(edition_of(standing))

    assert (edition.state, edition.files) == (ReportState.READY, [])
    assert not object_store.objects
    assert "has no lines" in said(Mail.objects.first())


def test_a_period_without_sends_is_not_told_where_nobody_wants_that(standing, object_store):
    Standing.objects.update(skips_empty=True)

    made(edition_of(standing))

    assert not Mail.objects.exists()


def test_a_silent_store_is_tried_again_and_then_told_to_who_made_the_report(
    ended, standing, owner, object_store
):
    edition = edition_of(standing)
    object_store.is_down = True
    for _ in range(making.MOST_TRIES):
        made(edition)
        assert edition.state == ReportState.QUEUED
        assert "did not answer" in edition.reason

    made(edition)

    assert edition.state == ReportState.FAILED
    (mail,) = Mail.objects.all()
    assert (mail.to, mail.subject) == (owner.email, "All sends could not be made")
    assert "object store" in said(mail)
    object_store.is_down = False
    assert actions.retry_edition(edition)
    assert made(edition).state == ReportState.READY


def test_an_edition_that_is_to_be_tried_later_is_left_alone_until_then(
    ended, standing, object_store
):
    edition = edition_of(standing)
    Edition.objects.update(not_before=edition.end + timedelta(days=2))

    assert made(edition).state == ReportState.QUEUED


def test_a_log_with_a_hole_fails_it_at_once(ended, standing, object_store):
    del object_store.objects[Chunk.objects.latest("id").key]

    assert made(edition_of(standing)).state == ReportState.FAILED


def test_an_edition_is_made_once_however_often_the_job_comes(ended, standing, object_store):
    edition = made(edition_of(standing))

    made(edition)

    assert edition.attempt == 1
    assert Mail.objects.count() == 2


def test_an_edition_that_was_cancelled_meanwhile_leaves_nothing(
    ended, standing, owner, object_store
):
    edition = edition_of(standing)
    before = set(object_store.objects)
    taken = claim(Edition.objects.select_related("standing__workspace"), edition.code)
    actions.cancel_edition(taken, by=owner)

    work_on(taken, making.making_of(taken), done=making.finish, failed=print)

    edition.refresh_from_db()
    assert edition.state == ReportState.CANCELLED
    assert set(object_store.objects) == before
    assert not Mail.objects.exists()


def test_two_clocks_begin_an_edition_once(standing):
    due = standing.next_at
    other = Standing.objects.get()

    assert actions.take(standing, now=due)
    assert not actions.take(other, now=due)

    assert Edition.objects.count() == 1


def test_a_paused_report_begins_nothing_and_makes_up_for_nothing(standing, owner):
    actions.pause(standing, by=owner)
    assert ticks_at(standing, standing.next_at + timedelta(days=3)) == 0

    later = standing.next_at + timedelta(days=3, minutes=1)
    actions.resume(standing, by=owner, now=later)

    assert ticks_at(standing, later) == 0
    assert Standing.objects.get().next_at > later


def test_the_clock_makes_up_for_what_was_missed_one_by_one(standing):
    late = standing.next_at + timedelta(days=2)

    for _ in range(5):
        actions.take_due(late)

    begins = Edition.objects.order_by("begin").values_list("begin", flat=True)
    assert [(each - begins[0]).days for each in begins] == [0, 1, 2]


def test_a_lost_job_is_asked_for_again(standing, asked, django_capture_on_commit_callbacks):
    edition_of(standing)

    with django_capture_on_commit_callbacks(execute=True):
        ticks.tick(standing.next_at + timedelta(hours=1))

    assert asked == ["make_edition"]


def test_another_name_takes_no_edition_away_that_is_due(standing, owner, ended):
    due = standing.next_at
    standing.name = "Sends"

    actions.save_standing(standing, subscribers=[owner], by=owner, now=due + timedelta(seconds=5))

    assert ticks_at(standing, due + timedelta(seconds=6)) == 1


def test_another_clock_is_heeded_from_now_on(standing, owner):
    now = standing.next_at + timedelta(seconds=5)
    standing.zone = "Asia/Tokyo"

    actions.save_standing(standing, subscribers=[owner], by=owner, now=now)

    assert standing.next_at == periods.due_after(Every.DAY, now, at=standing.at, zone="Asia/Tokyo")


def test_run_now_makes_the_last_period_or_the_present_so_far(standing, owner, ended, object_store):
    noon = standing.next_at + timedelta(hours=6)

    last = actions.run_now(standing, by=owner, so_far=False, now=noon)
    so_far = actions.run_now(standing, by=owner, so_far=True, now=noon)

    assert last.end == so_far.begin
    assert so_far.end == noon
    assert actions.run_now(standing, by=owner, so_far=False, now=noon) == last


def test_deleting_a_report_takes_its_files_along(ended, standing, owner, object_store):
    made(edition_of(standing))
    prefix = standing.prefix

    actions.delete_standing(standing, by=owner)

    assert not Edition.objects.exists()
    assert Removal.objects.get().prefix == prefix


def test_old_editions_are_forgotten_with_their_files(ended, standing, object_store):
    edition = made(edition_of(standing))

    assert ticks.forget(edition.created + ticks.KEEP + timedelta(days=1)) == 1

    assert Removal.objects.get().prefix == f"{standing.prefix}{edition.code}-"


def test_a_file_is_named_after_report_and_period(ended, standing, object_store):
    edition = made(edition_of(standing))

    assert actions.file_name(edition).startswith("All sends ")
    assert actions.file_name(edition).endswith(f"{edition.begin:%B %Y}.csv")


def test_a_large_edition_has_parts(ended, standing, object_store, monkeypatch):
    monkeypatch.setattr("web.reports.making.PART_BYTES", 100)

    edition = made(edition_of(standing))

    assert len(edition.files) == 2
    heads = {object_store.objects[part["key"]].split(b"\n")[0] for part in edition.files}
    assert len(heads) == 1
    assert "in 2 parts" in said(Mail.objects.first())
