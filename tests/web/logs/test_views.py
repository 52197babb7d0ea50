import re

import cbor2
import pytest
from django.urls import reverse
from django.utils import timezone

from simulator import Link, Reason, Snapshot
from tests.web.logs.conftest import SECOND, record
from tests.web.runs.conftest import START, snapshot
from web.accounts.models import Workspace
from web.runs import live
from web.runs.boards import ShardReport
from web.runs.holding import packed
from web.runs.models import Board


def address(workspace, run, mock=1):
    return reverse("logs:mock", args=[workspace.code, run.code, mock])


def packed_report(told: Snapshot) -> bytes:
    """Return what a tower stores of what its engine told."""
    return ShardReport(
        at=told.t, mocks=told.board, statuses=told.statuses, reasons=told.reasons, total=told.total
    ).pack()


def test_a_mocks_log_shows_time_payload_and_result(client_of, viewer, workspace, run, store):
    viewer.time_zone = "Asia/Tokyo"
    viewer.save()
    store([record(1, 1, at=0.25), record(1, 2, at=1, result="failed", reason="HTTP 503")])

    page = client_of(viewer).get(address(workspace, run)).content.decode()

    assert "15 Jan 2065, 17:00:00.250" in page
    assert "&quot;t&quot;: 4.5" in page
    assert "12 ms" in page
    assert page.index("HTTP 503") < page.index("12 ms")


@pytest.mark.parametrize("is_live", [True, False])
def test_a_mock_says_what_it_does_now(client_of, viewer, workspace, run, lease, published, is_live):
    told = snapshot(lease.name, reasons=[Reason("HTTP 503", 4, 0)])
    mine = told.board[7]
    mine["status"], mine["link"], mine["failing"] = 1, Link.WAITING, 1
    mine["failed"], mine["reason"] = 4, 1
    if is_live:
        live.publish({lease: packed_report(told)})
    else:
        Board.objects.create(shard_id=lease.shard, at=timezone.now(), data=packed_report(told))

    answer = client_of(viewer).get(address(workspace, run, 7))
    page = re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())

    for words in ("broken", "waiting to reconnect", "failing", "HTTP 503", "15 Jan 2065, 08:00"):
        assert words in page


def test_a_long_log_has_pages(client_of, viewer, workspace, run, store):
    store([record(1, n, at=n) for n in range(1, 61)])
    client = client_of(viewer)

    first = client.get(address(workspace, run)).context["page"]
    second = client.get(address(workspace, run), {"before": first.more}).context["page"]

    assert [len(first.records), len(second.records)] == [50, 10]
    assert second.more == ""


def test_a_filter_and_nonsense_in_the_query(client_of, viewer, workspace, run, store):
    store([record(1, 1, at=1), record(1, 2, at=2, result="failed", reason="HTTP 503")])
    client = client_of(viewer)

    failed = client.get(address(workspace, run), {"result": "failed"}).context["page"]
    asked = {"result": "x", "order": "x", "before": "-1"}
    nonsense = client.get(address(workspace, run), asked).context["page"]

    assert [shown.record.sequence for shown in failed.records] == [2]
    assert len(nonsense.records) == 2


def test_a_store_that_is_down_is_said_on_the_page(
    client_of, viewer, workspace, run, store, object_store
):
    store([record(1, 1, at=1)])
    object_store.is_down = True

    answer = client_of(viewer).get(address(workspace, run))

    assert answer.status_code == 200
    assert "The object store does not answer" in answer.content.decode()


def test_a_mock_that_did_nothing_yet_says_when_records_come(client_of, viewer, workspace, run):
    assert "Nothing yet" in client_of(viewer).get(address(workspace, run)).content.decode()


def test_a_mock_that_the_run_has_not_is_not_there(client_of, viewer, workspace, run):
    assert client_of(viewer).get(address(workspace, run, 20)).status_code == 404


def test_a_stranger_finds_no_log(client_of, stranger, workspace, run):
    theirs = Workspace.objects.get(memberships__user=stranger)

    assert client_of(stranger).get(address(workspace, run)).status_code == 404
    assert client_of(stranger).get(address(theirs, run)).status_code == 404


def test_who_is_signed_out_is_asked_to_sign_in(client, workspace, run):
    assert "/sign-in/" in client.get(address(workspace, run)).url


def test_a_log_is_only_read(client_of, teammate, workspace, run):
    assert client_of(teammate).post(address(workspace, run)).status_code == 405


def test_a_message_that_waited_in_a_buffer_says_when_it_was_planned(
    client_of, viewer, workspace, run, store
):
    planned = int((START - 252) * SECOND)
    store([record(1, 1, at=0.25, scheduled=planned)])

    page = client_of(viewer).get(address(workspace, run)).content.decode()

    assert "planned 15 Jan 2065, 07:55:48.000, 4min 12s before" in page


def test_what_caused_a_move_is_said(client_of, viewer, workspace, run, store):
    move = {"event": "status", "status": "alarm", "reason": "temperature > 8", "result": None}
    store([record(1, None, at=1, message=None, address=None, payload=None, **move)])

    page = client_of(viewer).get(address(workspace, run)).content.decode()

    assert "to alarm: temperature &gt; 8" in page


def test_a_device_behind_the_mock_is_named(client_of, viewer, workspace, run, lease, store):
    names = [f"f-{number:03d}" for number in range(20)]
    told = packed_report(snapshot(lease.name))
    data = {"at": run.created, "data": told, "identities": packed(names)}
    Board.objects.create(shard_id=lease.shard, **data)
    store([record(1, 1, at=1), record(1, 2, at=2, id="f-001-7", message="level")])

    answer = client_of(viewer).get(address(workspace, run))

    assert answer.context["page"].identity == "f-001"
    assert [shown.device for shown in answer.context["page"].records] == ["f-001-7", ""]
    assert 'device <code class="code">f-001-7</code>' in answer.content.decode()


def test_payloads_are_decoded_as_the_definition_of_the_run_said(
    client_of, viewer, workspace, run, store
):
    run.parts[0]["formats"] = {"telemetry": "cbor"}
    run.save()
    store([record(1, 1, at=1, payload=cbor2.dumps({"t": 4.5}))])

    page = client_of(viewer).get(address(workspace, run)).content.decode()

    assert "&quot;t&quot;: 4.5" in page
    assert "<span>CBOR</span>" in page


def test_a_payload_that_was_not_kept_whole_says_so(client_of, viewer, workspace, run, store):
    store(
        [
            record(1, 1, at=1, payload=b'{"t": ', size=10),
            record(1, 2, at=2, payload=None, size=1_234),
            record(1, 3, at=3, payload=None, size=10, digest=b"\xab" * 32),
            record(1, 4, at=4, size=10),
        ]
    )

    page = client_of(viewer).get(address(workspace, run)).content.decode()

    assert "the first 6 of 10 bytes" in page
    assert "1,234 bytes, not kept" in page
    assert f"SHA-256 {'ab' * 32}" in page
    assert page.count("of 10 bytes") == 1
