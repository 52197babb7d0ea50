"""A real tower against a real receiver: the whole way from the start button to the CSV."""

import csv
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from time import sleep
from uuid import UUID

import pytest
from django.db import connection
from workshop.supervisor import free_port

from tests.integration.runs.conftest import Receiver
from tests.web.object_store import ObjectStore
from web.accounts.models import User, Workspace
from web.definitions import actions as definitions
from web.logs.reading import Query, find
from web.lots.actions import PartPlan, save_lot
from web.lots.models import Lot
from web.mail.models import Mail
from web.platform import queues
from web.reports.actions import ask_for_report
from web.reports.making import make
from web.runs import live, pages
from web.runs.actions import start_run, stop_run
from web.runs.mocks import Wish
from web.runs.models import Run
from web.runs.shift import work_shift
from web.targets import actions as targets
from web.targets.models import Target
from web.usage.models import Use

pytestmark = pytest.mark.django_db(transaction=True)

DEFINITION = """\
name: Fridge
id: "f-{index:03d}"
metrics:
  temperature: {uniform: {min: 2, max: 8}}
messages:
  telemetry: {every: 500ms, path: "/fridges/{id}", json: {id: "{id}", seq: "{seq}"}}
statuses:
  running: {send: [telemetry]}
"""


@pytest.fixture
def kept(monkeypatch) -> dict[str, bytes]:
    """Live boards lie here in place of Redis; nobody hears of jobs."""
    boards: dict[str, bytes] = {}
    monkeypatch.setattr(
        live,
        "publish",
        lambda reports: boards.update({live.key(x.shard, x.fence): d for x, d in reports.items()}),
    )
    monkeypatch.setattr(live, "fetch", lambda shards: {})
    monkeypatch.setattr(queues, "enqueue", lambda *args, **how: None)
    return boards


@pytest.fixture
def start(workspace: Workspace, owner: User, object_store: ObjectStore, kept, receiver: Receiver):
    """Return a function that starts a run of 20 mocks against the receiver."""

    def started(*, seconds: float = 4.0, port: int | None = None) -> Run:
        target = Target(workspace=workspace, name="Receiver", protocol="http", host="127.0.0.1")
        target.port = port or receiver.port
        targets.save_target(target, by=owner)
        fridge = definitions.create_definition(workspace, text=DEFINITION, by=owner)
        lot = Lot(workspace=workspace, name="Night", target=target, seed=7)
        lot.duration = timedelta(seconds=seconds)
        save_lot(lot, parts=[PartPlan(fridge, 20)], by=owner)
        return start_run(lot, by=owner)

    return started


def test_a_run_is_sent_counted_logged_and_reported_alike(start, receiver, object_store, owner):
    run = start()

    work_shift()

    run.refresh_from_db()
    assert (run.state, run.reason) == ("finished", "")
    assert run.acknowledged == run.due == len(receiver.received) > 0
    assert (run.failed, run.dropped) == (0, 0)
    report = ask_for_report(run, by=owner)
    make(UUID(str(report.code)))
    report.refresh_from_db()
    lines = list(csv.DictReader(object_store.objects[report.key].decode().splitlines()))
    assert {(line["id"], int(line["sequence"])) for line in lines} == {
        (payload["id"], payload["seq"]) for _, payload in receiver.received
    }
    assert (report.rows, report.rows_total) == (len(lines), len(lines))
    assert str(run.code) in Mail.objects.get().text


def test_what_a_run_used_is_counted_when_it_ends(start, receiver):
    run = start()

    work_shift()

    run.refresh_from_db()
    use = Use.objects.get(run=run)
    assert (use.messages, use.failed, use.until) == (len(receiver.received), 0, run.ended_at)
    assert use.bytes == run.bytes > 0
    assert use.bytes_out > use.bytes
    assert use.bytes_in > 0
    assert use.log_bytes == sum(run.chunks.values_list("size", flat=True)) > 0
    lasted = (run.ended_at - run.started_at).total_seconds()
    assert 0 < use.mock_seconds <= 20 * (lasted + 1)  # each mock, at the end of each second
    assert use.tower_seconds == pytest.approx(lasted)


def test_the_page_and_a_mocks_log_agree_with_what_arrived(start, receiver):
    run = start()

    work_shift()

    run.refresh_from_db()
    arrived = Counter(payload["id"] for _, payload in receiver.received)
    table = pages.run_page(run, wish=Wish()).table
    assert {row.id: row.delivered for row in table.rows} == arrived
    records = [r for r in find(run, Query(mocks=(3,))).records if r.event == "send"]
    assert len(records) == arrived["f-003"]
    assert [r.sequence for r in records] == list(range(len(records), 0, -1))
    assert all(r.latency and r.payload for r in records)


def test_a_target_that_is_not_there_gives_every_mock_its_reason(start):
    run = start(port=free_port())

    work_shift()

    run.refresh_from_db()
    assert run.state == "finished"
    assert run.acknowledged == 0
    [failure, *_] = pages.run_page(run, wish=Wish()).board.failures
    assert "connection refused" in failure.text


def once_it_sends(receiver: Receiver, act: Callable[[], None]) -> None:
    """Do ``act`` in a thread as soon as something has arrived, or when a minute has passed."""

    def wait() -> None:
        receiver.has_received.wait(60)
        act()

    threading.Thread(target=wait).start()


def test_a_stopped_run_ends_long_before_its_time(start, receiver, owner):
    run = start(seconds=300)

    def stop() -> None:
        stop_run(Run.objects.get(id=run.id), by=owner)
        connection.close()  # the thread has one of its own

    once_it_sends(receiver, stop)

    work_shift()

    run.refresh_from_db()
    assert (run.state, run.reason) == ("stopped", "Olga stopped it.")
    assert run.acknowledged > 0


def test_a_tower_that_gets_sigterm_hands_over_and_the_next_one_goes_on(start, receiver, owner):
    run = start(seconds=300)
    once_it_sends(receiver, lambda: os.kill(os.getpid(), signal.SIGTERM))

    work_shift()

    run.refresh_from_db()
    assert (run.state, run.shards.get().state) == ("running", "wanted")
    first = len(receiver.received)

    def stop() -> None:
        while len(receiver.received) < first + 40 and Run.objects.get(id=run.id).is_live:
            sleep(0.1)
        stop_run(Run.objects.get(id=run.id), by=owner)
        connection.close()

    threading.Thread(target=stop).start()
    work_shift()

    run.refresh_from_db()
    assert (run.state, run.failed, run.dropped) == ("stopped", 0, 0)
    assert run.acknowledged == run.due == len(receiver.received) > first
    numbers = Counter((payload["id"], payload["seq"]) for _, payload in receiver.received)
    assert set(numbers.values()) == {1}
    records = [r for r in find(run, Query(mocks=(3,))).records if r.event == "moved"]
    assert [r.reason.split(" by ")[0] for r in records] == ["handed over"]
