"""Towers that are told to end, killed and frozen: real processes, a real broker that counts.

What arrives is counted by a subscriber that knows nothing of the product, and held against the
report that people download. Times are printed, for a machine may be slow.
"""

import csv
import json
import os
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from workshop import demo, stack
from workshop.supervisor import Child

from tests.integration.product import Product, eventually

pytestmark = [
    pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "redis", "s3"),
    pytest.mark.xdist_group("surviving"),
]

APART = 3.0  # s between two signals, as a platform may repeat them
FROZEN = 40.0  # s
SIGNALS = 3


class Witness:
    """Keeps what arrives by device and number, with its content, and when the last one came."""

    def __init__(self, port: int) -> None:
        self.seen: dict[tuple[str, int], set[bytes]] = defaultdict(set)
        self.twice = 0
        self.at: list[float] = []  # monotonic s of each arrival
        self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id="witness", clean_session=False
        )
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_message = lambda _client, _data, message: self._take(message.payload)
        self._client.connect("127.0.0.1", port, keepalive=30)
        self._client.loop_start()

    def _take(self, payload: bytes) -> None:
        document = json.loads(payload)
        key = str(document["id"]), int(document["seq"])
        self.twice += key in self.seen
        self.seen[key].add(payload)
        self.at.append(time.monotonic())

    def pause_around(self, moment: float) -> float:
        """Return the longest time without an arrival that ended after a moment, s."""
        later = [at for at in self.at if at >= moment - 1.0]
        return max((b - a for a, b in pairwise(later)), default=0.0)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def witness(product: Product) -> Iterator[Witness]:
    one = Witness(product.servers.mqtt_port)
    yield one
    one.close()


def live(product: Product, run: str) -> dict[str, Any]:
    return product.console.read(f"{run}live.json")


def begin(product: Product) -> str:
    """Start the lot, and wait until all of it sends."""
    run = demo.start_lot(product.console, product.seeded.lots["mqtt"])
    eventually(lambda: live(product, run)["connected"] == 40)
    eventually(lambda: live(product, run)["totals"]["acknowledged"] > 300)
    return run


def finish(product: Product, run: str) -> dict[str, Any]:
    product.console.press(f"{run}stop/", f"{run}stop/")
    return eventually(lambda: (now := live(product, run)) and not now["is_live"] and now)


def report(product: Product, run: str) -> list[dict[str, str]]:
    demo.ask_for_report(product.console, run)
    lines = demo.report_lines(product.supervisor, run, product.folder / "mail")
    return list(csv.DictReader(lines))


def another_worker(product: Product, number: int) -> Child:
    """Start one more worker and wait until it listens, as a formation of several has them."""
    given = product.child("worker").environment
    child = stack.process("worker", given)
    child.name = f"worker-{number}"
    child.environment = {**child.environment, "DYNO": f"worker.{number}"}
    product.supervisor.launch(child)
    log = product.supervisor.log(child)
    eventually(lambda: log.exists() and "Listening on towers" in log.read_text())
    return child


def pids_of(child: Child) -> list[int]:
    """Every process of a child's session: the supervisor, RQ's worker and its job."""
    assert child.process is not None
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == child.process.pid:
                found.append(int(entry.name))
    return found


def send_all(child: Child, number: signal.Signals) -> None:
    for pid in pids_of(child):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def numbers_of(rows: list[dict[str, str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[row["id"]].append(int(row["sequence"]))
    return {name: sorted(numbers) for name, numbers in found.items()}


def check_content(witness: Witness) -> None:
    assert all(len(contents) == 1 for contents in witness.seen.values())


def test_sigterm_three_times_to_every_process_loses_no_record(product, witness, capsys):
    run = begin(product)
    worker = product.child("worker")

    replacement = another_worker(product, 2)
    told = time.monotonic()
    for turn in range(SIGNALS):
        send_all(worker, signal.SIGTERM)
        if turn < SIGNALS - 1:
            time.sleep(APART)  # how the platform repeats it is what is tested
    assert worker.process is not None
    eventually(lambda: worker.process.poll() is not None)
    ended = time.monotonic() - told
    product.supervisor.stop(worker)
    before = live(product, run)["totals"]["acknowledged"]
    eventually(lambda: live(product, run)["totals"]["acknowledged"] > before + 300)
    figures = finish(product, run)

    totals = figures["totals"]
    assert figures["state"] == "stopped"
    assert totals["due"] == totals["acknowledged"] + totals["failed"]
    rows = report(product, run)
    assert len(rows) == totals["due"]
    assert all(each == list(range(1, len(each) + 1)) for each in numbers_of(rows).values())
    wanted = {(r["id"], int(r["sequence"])) for r in rows if r["result"] == "acknowledged"}
    eventually(lambda: wanted <= set(witness.seen))
    assert [row["reason"] for row in rows if row["result"] == "failed"] == []
    check_content(witness)
    page = product.page(run.removeprefix(product.seeded.workspace))
    assert "handed it over" in page
    with capsys.disabled():
        pause = witness.pause_around(told)
        print(f"\nall processes ended {ended:.1f} s after the first SIGTERM")
        print(f"longest pause at the broker {pause:.1f} s, {len(rows):,} records, none missing")
    product.supervisor.stop(replacement)
    product.supervisor.start(worker)


def test_a_killed_towers_mocks_go_on_with_numbers_that_none_had(product, witness, capsys):
    run = begin(product)
    worker = product.child("worker")
    replacement = another_worker(product, 3)
    time.sleep(12)  # so that a checkpoint was stored: one comes each 10 s

    killed = time.monotonic()
    send_all(worker, signal.SIGKILL)
    product.supervisor.stop(worker)
    before = len(witness.seen)
    eventually(lambda: len(witness.seen) > before + 300)
    figures = finish(product, run)

    assert figures["state"] == "stopped"
    check_content(witness)
    rows = report(product, run)
    numbers = numbers_of(rows)
    assert all(len(set(each)) == len(each) for each in numbers.values())
    acknowledged = {(r["id"], int(r["sequence"])) for r in rows if r["result"] == "acknowledged"}
    eventually(lambda: acknowledged <= set(witness.seen))
    assert all(max(each) > 1_000 for each in numbers.values())
    page = product.page(run.removeprefix(product.seeded.workspace))
    assert "gave no sign of life" in page
    with capsys.disabled():
        pause = witness.pause_around(killed)
        print(f"\nkilled: mocks sent again after {pause:.1f} s, duplicates {witness.twice}")
    product.supervisor.stop(replacement)
    product.supervisor.start(worker)


def test_a_frozen_tower_that_wakes_up_changes_nothing(product, witness, capsys):
    run = begin(product)
    worker = product.child("worker")
    replacement = another_worker(product, 4)
    time.sleep(12)

    frozen = time.monotonic()
    send_all(worker, signal.SIGSTOP)
    before = len(witness.seen)
    eventually(lambda: len(witness.seen) > before + 300)
    pause = witness.pause_around(frozen)
    time.sleep(max(0.0, FROZEN - (time.monotonic() - frozen)))
    send_all(worker, signal.SIGCONT)
    awake = live(product, run)["totals"]["acknowledged"]
    eventually(lambda: live(product, run)["totals"]["acknowledged"] > awake + 300)
    figures = finish(product, run)

    assert figures["state"] == "stopped"
    check_content(witness)
    rows = report(product, run)
    assert all(len(set(each)) == len(each) for each in numbers_of(rows).values())
    acknowledged = {(r["id"], int(r["sequence"])) for r in rows if r["result"] == "acknowledged"}
    eventually(lambda: acknowledged <= set(witness.seen))
    with capsys.disabled():
        print(f"\nfrozen: mocks sent again after {pause:.1f} s, duplicates {witness.twice}")
    product.supervisor.stop(replacement)
