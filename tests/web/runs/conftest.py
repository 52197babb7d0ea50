"""A lot that can start, what its tower would say, and nobody who hears of jobs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from simulator import Link, Reason, Second, Snapshot, new_board
from web.definitions import actions as definitions
from web.logs import relaying
from web.lots.actions import PartPlan, save_lot
from web.lots.models import Lot
from web.platform import queues, redis
from web.runs import actions, cutting, live
from web.runs.models import Run
from web.targets import actions as targets
from web.targets.models import Target

DEFINITION = """\
name: Fridge
id: "f-{index:03d}"
metrics:
  temperature: {uniform: {min: 2, max: 8}}
messages:
  telemetry: {every: 10s, topic: "fridges/{id}", json: {t: "{temperature:.1f}"}}
statuses:
  running: {send: [telemetry], go: [{to: broken, chance: 1% per hour}]}
  broken: {send: []}
"""
START = 2_999_232_000.0  # Unix s at which the snapshots' runs begin: after all that is now


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Return the names of the jobs that were put into a queue."""
    names: list[str] = []
    monkeypatch.setattr(
        queues, "enqueue", lambda name, function, *args, **how: names.append(function.__name__)
    )
    return names


@pytest.fixture
def no_queue(monkeypatch) -> None:
    """Redis does not answer."""

    def refuse(*args: Any, **how: Any) -> None:
        raise queues.QueueUnavailable("Redis does not answer")

    monkeypatch.setattr(queues, "enqueue", refuse)


@pytest.fixture
def published(monkeypatch) -> dict[str, bytes]:
    """Return what is in Redis of live shards, by key; it stands where the real one does."""
    kept: dict[str, bytes] = {}

    def publish(reports: Any) -> None:
        kept.update({live.key(lease.shard, lease.fence): d for lease, d in reports.items()})

    def fetch(shards: Any) -> dict[int, bytes]:
        found = {shard.id: kept.get(live.key(shard.id, shard.fence)) for shard in shards}
        return {shard: data for shard, data in found.items() if data}

    monkeypatch.setattr(live, "publish", publish)
    monkeypatch.setattr(live, "fetch", fetch)
    monkeypatch.setattr(relaying, "talk", lambda runs, letters: [[] for _ in runs])
    return kept


@pytest.fixture
def target(workspace, owner) -> Target:
    stored = Target(workspace=workspace, name="Broker", host="broker.example", port=1883)
    return targets.save_target(stored, password="hunter2", by=owner)


@pytest.fixture
def fridge(workspace, owner):
    return definitions.create_definition(workspace, text=DEFINITION, by=owner)


@pytest.fixture
def make_lot(workspace, owner, target, fridge) -> Callable[..., Lot]:
    """Return a function that stores a lot of ``mocks`` fridges."""

    def make(*, mocks: int = 20, name: str = "Night shift", **changes: Any) -> Lot:
        values = {"duration": timedelta(minutes=1), "seed": 7} | changes
        lot = Lot(workspace=workspace, name=name, target=target, **values)
        return save_lot(lot, parts=[PartPlan(fridge, mocks)], by=owner)

    return make


@pytest.fixture
def lot(make_lot) -> Lot:
    return make_lot()


@pytest.fixture
def run(lot, owner, object_store, asked, published) -> Run:
    """Return a run that was started just now; its tower has been asked for."""
    return actions.start_run(lot, by=owner)


@pytest.fixture
def wide(workspace, owner, target, fridge, object_store, asked, published, monkeypatch) -> Run:
    """Return a run of three shards, of 4 mocks each."""
    monkeypatch.setattr(cutting, "SHARD_MOCKS", 4)
    lot = Lot(workspace=workspace, name="Wide", target=target, duration=timedelta(minutes=1))
    return actions.start_run(save_lot(lot, parts=[PartPlan(fridge, 12)], by=owner), by=owner)


def snapshot(shard: str, *, first: int = 0, count: int = 20, **changes: Any) -> Snapshot:
    """Return what an engine says of a shard whose mocks are all connected and well."""
    board = new_board(first, count)
    board["link"] = Link.CONNECTED
    board["acknowledged"] = 3
    board["last"] = START + 5
    total = Second(at=int(START), due=3 * count, acknowledged=3 * count, bytes=90 * count)
    total.latency.record([0.010] * (3 * count))
    values: dict[str, Any] = {
        "shard": shard,
        "t": START + 6,
        "board": board,
        "statuses": ("running", "broken"),
        "reasons": [],
        "seconds": [total],
        "total": total,
        "state": "running",
        "error": "",
        "dropped": 0,
        "identities": [f"f-{number:03d}" for number in range(first, first + count)],
    }
    return Snapshot(**(values | changes))


def failing(shard: str, **changes: Any) -> Snapshot:
    """Return what an engine says when the first mock's send failed and its connection was lost."""
    whole = snapshot(shard, **changes)
    whole.board["failing"][0] = 1
    whole.board["failed"][0] = 2
    whole.board["reason"][0] = 1
    whole.board["link"][0] = Link.WAITING
    whole.board["status"][0] = 1
    whole.reasons.append(Reason("connection refused", 2, 1))
    return whole


@pytest.fixture
def unavailable_redis(monkeypatch) -> None:
    """Every command to Redis fails."""

    def refuse() -> None:
        raise redis.Unavailable[0]("no Redis here")

    monkeypatch.setattr(redis, "connection", refuse)
