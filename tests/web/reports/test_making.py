import csv
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from tests.web.letters import said
from web.logs.models import Chunk
from web.mail.models import Mail
from web.platform import storage
from web.platform.models import Removal
from web.reports import actions, making, ticks
from web.reports.models import Report, ReportState
from web.reports.upload import Overtaken, upload
from web.runs import endings, leasing
from web.runs.models import Outcome, Run, RunState


def made(report):
    making.make(UUID(str(report.code)))
    report.refresh_from_db()
    return report


def test_a_report_holds_every_send_and_nothing_else(report, object_store):
    made(report)

    lines = list(csv.DictReader(object_store.objects[report.key].decode().splitlines()))
    assert [(line["id"], line["sequence"]) for line in lines] == [
        (f"f-00{mock}", sequence) for sequence in "12" for mock in range(3)
    ]
    assert (report.state, report.rows, report.rows_total) == (ReportState.READY, 6, 6)
    assert report.size == len(object_store.objects[report.key])


def test_its_link_is_mailed_to_who_asked(report, owner, client, object_store):
    made(report)

    mail = Mail.objects.get()
    link = next(word for word in mail.text.split() if "/reports/" in word)
    assert mail.to == owner.email
    assert str(report.run.code) in mail.text
    assert "6 lines" in said(mail)
    answer = client.get(link[link.index("/reports/") :])
    assert answer.url.startswith(f"https://store.example/{report.key}")


def test_a_live_run_has_no_report_yet(run, owner):
    with pytest.raises(actions.NotYet, match="still going on"):
        actions.ask_for_report(run, by=owner)


def test_a_silent_store_fails_the_report_and_it_can_be_tried_again(report, object_store, asked):
    object_store.is_down = True
    failed = made(report)
    reason = failed.reason
    object_store.is_down = False

    actions.retry_report(failed)
    made(report)

    assert reason == making.NO_STORAGE
    assert report.state == ReportState.READY
    assert report.reason == ""


def test_a_log_with_a_hole_fails_the_report(report, object_store):
    del object_store.objects[Chunk.objects.latest("id").key]

    made(report)

    assert (report.state, report.reason) == (ReportState.FAILED, making.GONE)
    assert not Mail.objects.exists()


def test_a_report_is_made_once_however_often_the_job_comes(report):
    made(report)
    made(report)

    assert Mail.objects.count() == 1
    assert report.attempt == 1


def test_what_a_job_that_was_killed_left_goes_when_the_next_begins(report, object_store):
    object_store.put(f"{report.prefix}1-1.csv", b"of the first attempt")
    Report.objects.update(attempt=1)

    made(report)

    mine = [key for key in object_store.objects if key.startswith(report.prefix)]
    assert mine == [f"{report.prefix}2-1.csv"] == [part["key"] for part in report.files]


def test_a_deleted_report_takes_away_what_its_attempts_left(report, object_store):
    actions.delete_report(report)

    assert Removal.objects.get().prefix == report.prefix


def test_a_report_that_was_deleted_meanwhile_leaves_no_file(report, object_store):
    taken = making.claim(Report.objects.all(), UUID(str(report.code)))
    Report.objects.all().delete()
    object_store.put("it", b"1")

    making.finish(taken, [making.Part("it", 1, 1)])

    assert "it" not in object_store.objects
    assert not Mail.objects.exists()


def test_an_attempt_that_was_overtaken_ends(report):
    taken = making.claim(Report.objects.all(), UUID(str(report.code)))
    Report.objects.update(attempt=2)

    with pytest.raises(Overtaken):
        making.making_of(taken).make()


def test_the_job_of_a_silent_report_is_asked_for_again(
    report, asked, django_capture_on_commit_callbacks
):
    making.claim(Report.objects.all(), UUID(str(report.code)))
    Report.objects.update(worked_at=timezone.now() - timedelta(minutes=5))
    asked.clear()

    with django_capture_on_commit_callbacks(execute=True):
        assert ticks.ask_again() == 1

    assert asked == ["make_report"]
    assert made(report).state == ReportState.READY


def test_a_report_that_is_being_made_is_left_alone(report, asked):
    making.claim(Report.objects.all(), UUID(str(report.code)))

    assert ticks.ask_again() == 0
    assert made(report).state == ReportState.RUNNING


def test_an_upload_that_breaks_in_the_making_writes_no_object(object_store):
    def blocks():
        yield b"half"
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        upload("it", blocks(), content_type="text/csv")

    assert "it" not in object_store.objects


def test_an_upload_that_the_store_refuses_ends_the_making(object_store):
    asked_for = []
    object_store.is_down = True

    def blocks():
        for number in range(10_000):
            asked_for.append(number)
            yield b"x" * 1_000

    with pytest.raises(storage.StorageUnavailable):
        upload("it", blocks(), content_type="text/csv")

    assert len(asked_for) < 100


def test_the_state_of_a_run_that_ended_is_not_needed_to_be_good(ended, owner, asked):
    ended.state = RunState.CUT_OFF
    ended.save(update_fields=["state"])

    assert actions.ask_for_report(ended, by=owner).rows_total == 6


def test_an_empty_run_gives_a_header(run, lease, owner, asked, object_store):
    leasing.release(lease, outcome=Outcome.FAILED, reason="It failed.")
    endings.end_run(run.id)

    report = made(actions.ask_for_report(Run.objects.get(), by=owner))

    assert object_store.objects[report.key].startswith(b"run,mock,id,")
    assert (report.state, report.rows) == (ReportState.READY, 0)
