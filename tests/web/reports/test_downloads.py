"""Files of a log: whole or in part, in each form, in parts, cancelled, and in the console."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from django.urls import reverse
from pyarrow import parquet

from tests.web.logs.conftest import parquet_of, record
from tests.web.runs.conftest import START
from web.logs.models import Chunk
from web.logs.query import Query
from web.mail.models import Mail
from web.reports import actions, making
from web.reports.actions import Order
from web.reports.forms import FORMS, form_of
from web.reports.forms.cells import times
from web.reports.forms.json_lines import quoted
from web.reports.models import Form, Report, ReportState

EVENT = {"event": "lost", "result": None, "message": None, "address": None, "payload": None}


def made(run, owner, **order):
    report = actions.ask_for_download(run, Order(**order), by=owner)
    making.make(UUID(str(report.code)))
    report.refresh_from_db()
    return report


def content(report, object_store):
    return b"".join(object_store.objects[part["key"]] for part in report.files)


def read(report, object_store):
    """Return the mocks and numbers of a file's records, whatever its form."""
    data = content(report, object_store)
    if report.is_packed:
        data = gzip.decompress(data)
    if report.form == Form.PARQUET:
        rows = parquet.read_table(pa.BufferReader(data)).to_pylist()
    elif report.form == Form.JSON_LINES:
        rows = [json.loads(line) for line in data.splitlines()]
    else:
        rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    return [(int(row["mock"]), int(row["sequence"] or 0)) for row in rows if row.get("sequence")]


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("form", list(Form))
def test_a_file_has_every_record_in_each_form(ended, owner, object_store, form, is_packed):
    report = made(ended, owner, form=form, is_packed=is_packed)

    assert read(report, object_store) == [(m, n) for n in (1, 2) for m in range(3)]
    assert (report.state, report.rows, report.rows_total) == (ReportState.READY, 7, 7)
    assert report.size == len(content(report, object_store))
    assert report.is_packed == (is_packed and form != Form.PARQUET)
    assert (report.looked, report.share) == (7, 100)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(mocks=(1,)), [(1, 1), (1, 2)]),
        (Query(results=("failed",)), []),
        (Query(since=datetime.fromtimestamp(START + 11, UTC)), [(1, 2), (2, 2)]),
        (Query(text='"t"', mocks=(0, 2)), [(0, 1), (2, 1), (0, 2), (2, 2)]),
    ],
)
def test_a_file_has_what_was_asked_for(ended, owner, object_store, query, expected):
    report = made(ended, owner, query=query, form=Form.JSON_LINES)

    assert read(report, object_store) == expected
    assert report.rows_total is None
    assert report.state == ReportState.READY


def test_a_large_file_comes_in_parts_that_each_stand_alone(ended, owner, object_store, monkeypatch):
    monkeypatch.setattr(making, "PART_BYTES", 300)

    report = made(ended, owner)

    texts = [object_store.objects[part["key"]].decode() for part in report.files]
    assert len(texts) == 2
    assert all(text.startswith("run,mock,id,") for text in texts)
    assert [len(text.splitlines()) - 1 for text in texts] == [3, 4]
    assert [part["rows"] for part in report.files] == [3, 4]
    assert [part["size"] for part in report.files] == [len(text) for text in texts]


def test_a_live_run_can_be_downloaded_as_far_as_it_is_stored(run, store, owner, object_store):
    store([record(1, 1, at=1)])

    assert read(made(run, owner), object_store) == [(1, 1)]


def test_no_mail_is_sent_unless_it_is_asked_for(ended, owner, object_store):
    made(ended, owner)
    assert not Mail.objects.exists()

    made(ended, owner, is_mailed=True, form=Form.PARQUET)
    assert Mail.objects.get().subject == "Your Parquet report of Night shift"


def test_what_is_cancelled_leaves_nothing_behind(ended, owner, object_store, monkeypatch):
    monkeypatch.setattr(making, "TELL_EVERY", 0)
    monkeypatch.setattr(making, "PART_BYTES", 1)
    report = actions.ask_for_download(ended, Order(), by=owner)
    before = set(object_store.objects)
    batches = making.batches

    def cancelled(*args, **named):
        found = batches(*args, **named)
        yield next(found)
        actions.cancel_report(report, by=owner)
        yield from found

    monkeypatch.setattr(making, "batches", cancelled)
    making.make(UUID(str(report.code)))

    report.refresh_from_db()
    assert report.state == ReportState.CANCELLED
    assert report.reason == "Olga cancelled it."
    assert set(object_store.objects) == before


def test_what_waits_is_cancelled_and_can_be_made_after_all(ended, owner, object_store, asked):
    report = actions.ask_for_download(ended, Order(), by=owner)
    assert actions.cancel_report(report, by=owner)
    assert not actions.cancel_report(report, by=owner)
    making.make(UUID(str(report.code)))
    report.refresh_from_db()
    assert report.state == ReportState.CANCELLED

    assert actions.retry_report(report)
    making.make(UUID(str(report.code)))
    report.refresh_from_db()
    assert report.state == ReportState.READY


def test_a_failure_in_the_middle_leaves_no_part(ended, owner, object_store, monkeypatch):
    monkeypatch.setattr(making, "PART_BYTES", 1)
    del object_store.objects[Chunk.objects.latest("id").key]
    before = set(object_store.objects)

    report = made(ended, owner)

    assert (report.state, report.reason) == (ReportState.FAILED, making.GONE)
    assert set(object_store.objects) == before


def test_only_so_many_are_made_at_once(ended, owner, asked):
    for _ in range(actions.MOST_AT_ONCE):
        actions.ask_for_download(ended, Order(), by=owner)

    with pytest.raises(actions.TooMany, match="10 downloads are being made"):
        actions.ask_for_download(ended, Order(), by=owner)


def test_all_parts_are_deleted_with_a_report(ended, owner, object_store, monkeypatch):
    monkeypatch.setattr(making, "PART_BYTES", 300)
    before = set(object_store.objects)

    actions.delete_report(made(ended, owner))

    assert set(object_store.objects) == before


# Forms.


def batch_of(*records, without=()):
    table = parquet.read_table(pa.BufferReader(parquet_of(list(records), without=without)))
    return table.unify_dictionaries().combine_chunks().to_batches()[0]


def test_times_are_written_as_pyarrow_writes_them_only_faster():
    random = Random(1)
    moments = [None, 0, -1, -(10**15), 1, 10**6, 2_999_232_000_000_250, 253_402_300_799_999_999]
    moments += [random.randrange(-(10**16), 10**17) for _ in range(500)]

    for some in (
        moments,
        moments[6:7],
        [None, None],
        [2_999_232_000_000_000 + n for n in range(9)],
    ):
        column = pa.array(some, pa.timestamp("us", tz="UTC"))
        assert (
            times(column).to_pylist()
            == pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ").to_pylist()
        )
        assert times(column.slice(1)).to_pylist() == times(column).to_pylist()[1:]


@pytest.mark.parametrize(
    "text", ["", "a", '"', "\\", '\\"', "\t\r\n", "\x00\x1f", "ü€😀", "\\u0041", "</script>"]
)
def test_texts_are_json(text):
    [line] = quoted(pa.array([text])).to_pylist()

    assert json.loads(line) == text


def test_a_line_of_json_has_what_there_is_and_nothing_else():
    batch = batch_of(
        record(7, 3, at=0.25, payload='{"t": "ü"}'.encode(), size=11),
        record(7, None, at=1, **EVENT, reason="connection reset"),
    )

    send, lost = map(
        json.loads, form_of("jsonl", run="r", is_packed=False).lines(batch).splitlines()
    )

    assert send == {
        "run": "r",
        "event": "send",
        "mock": 7,
        "id": "f-007",
        "sequence": 3,
        "status": "running",
        "message": "telemetry",
        "address": "fridges/f-007",
        "payload": '{"t": "ü"}',
        "scheduled": "2065-01-15T08:00:00.249000Z",
        "sent": "2065-01-15T08:00:00.250000Z",
        "settled": "2065-01-15T08:00:00.262000Z",
        "latency_ms": 12,
        "result": "acknowledged",
        "size": 11,
    }
    assert set(lost) == {"run", "event", "mock", "id", "status", "reason"} | {
        "scheduled", "sent", "settled",
    }  # fmt: skip


@pytest.mark.parametrize("name", list(FORMS))
def test_chunks_of_older_versions_are_written_too(name):
    form = form_of(name, run="r", is_packed=False)
    old = batch_of(record(1, 1, at=1), without=["fault", "size", "digest"])

    assert form.begin() + form.lines(old) + form.lines(batch_of(record(1, 2, at=2))) + form.end()


# Pages.


def order_page(workspace, run):
    return reverse("reports:order", args=[workspace.code, run.code])


def test_a_file_of_what_was_searched_is_asked_for(client_of, teammate, workspace, ended):
    client = client_of(teammate)
    here = order_page(workspace, ended) + "?mock=1&result=failed&until=2065-01-15T08:00"

    page = client.get(here).content.decode()
    answer = client.post(here, {"form": "jsonl", "is_packed": "on"})

    report = Report.objects.get()
    assert "15 Jan 2065, 08:00:00" in page
    assert answer.url == report.get_absolute_url()
    assert (report.form, report.is_packed, report.is_mailed) == ("jsonl", True, False)
    query = Query.from_json(report.query)
    assert (query.mocks, query.results) == ((1,), ("failed",))
    assert query.until == datetime.fromtimestamp(START, UTC)


def test_a_search_that_makes_no_sense_is_mended_on_the_logs_page(
    client_of, teammate, workspace, ended
):
    answer = client_of(teammate).get(order_page(workspace, ended) + "?mock=nobody")

    assert answer.url == reverse("logs:run", args=[workspace.code, ended.code]) + "?mock=nobody"


def test_an_unknown_form_is_refused(client_of, teammate, workspace, ended):
    answer = client_of(teammate).post(order_page(workspace, ended), {"form": "xls"})

    assert "xls is not one of the available choices" in answer.content.decode()
    assert not Report.objects.exists()


def test_a_viewer_may_not_ask(client_of, viewer, workspace, ended):
    assert client_of(viewer).post(order_page(workspace, ended)).status_code == 403


def test_a_report_is_cancelled_on_its_page(client_of, teammate, workspace, report):
    client = client_of(teammate)
    address = reverse("reports:cancel", args=[workspace.code, report.code])

    page = client.get(report.get_absolute_url()).content.decode()
    after = client.post(address, follow=True).content.decode()

    assert address in page
    assert "Tarou cancelled it." in after
    assert "Try again" in after


def test_parts_are_listed_and_downloaded(
    client_of, viewer, client, workspace, ended, owner, object_store, monkeypatch
):
    monkeypatch.setattr(making, "PART_BYTES", 300)
    report = made(ended, owner, is_mailed=True)
    reader = client_of(viewer)

    page = reader.get(report.get_absolute_url()).content.decode()
    second = reverse("reports:part", args=[workspace.code, report.code, 2])

    assert second in page
    assert "part%202.csv" in reader.get(second).url
    assert reader.get(second.replace("/2/", "/3/")).status_code == 404
    link = next(word for word in Mail.objects.get().text.split() if "/reports/" in word)
    path = link[link.index("/reports/") :]
    assert "in 2 parts" in client.get(path).content.decode()
    assert report.files[1]["key"] in client.get(path + "?part=2").url
    assert client.get(path + "?part=9").status_code == 404


def test_progress_is_of_what_was_gone_through(report):
    report.looked, report.looked_total = 1, 3
    assert report.share == 33
    report.looked = 3
    assert report.share == 99
    report.state = ReportState.READY
    assert report.share == 100


def test_a_report_of_before_there_were_parts_is_still_one_file(report):
    report.key, report.size, report.rows, report.parts = "x.csv", 9, 2, []

    assert report.files == [{"key": "x.csv", "size": 9, "rows": 2}]
