"""What faults do: each part gone for a while, with real processes and a fault proxy between.

How long an outage lasts is said where its length is the point.
"""

import signal
import time

import pytest
from workshop import stack

from tests.chaos.crowd import send_all
from tests.chaos.plan import Kind
from tests.chaos.stage import await_true
from tests.integration.trouble import (
    LEASE,
    SIZE,
    WITHIN,
    Trouble,
    at_work,
    is_handed_over,
    lasting,
)

BEAT = 30.0  # s between two heartbeats of a worker whose job runs: RQ's own

pytestmark = [
    pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "redis", "s3"),
    pytest.mark.xdist_group("stage"),
]


@pytest.mark.parametrize(
    ("kind", "length"), [(Kind.REFUSE, BEAT + 4.0), (Kind.SILENCE, lasting(6.0, 30.0))]
)
def test_mocks_go_on_without_redis_and_pages_say_so(
    trouble: Trouble, kind: Kind, length: float
) -> None:
    trouble.stage.begin(kind, "redis")

    time.sleep(length)  # that each worker has tried to tell of its job is what is tested
    trouble.await_all()
    await_true(lambda: "Redis" in trouble.page(), within=WITHIN, what="the page says so")
    trouble.stage.end(kind, "redis")
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["arrived without a record"] == 0
    assert figures["moves after a loss"] == 0


@pytest.mark.parametrize("kind", [Kind.REFUSE, Kind.SILENCE])
def test_mocks_go_on_without_the_database_and_nobody_loses_them(
    trouble: Trouble, kind: Kind
) -> None:
    trouble.stage.begin(kind, "database")

    # Leases end meanwhile: that nobody takes them is what is tested.
    time.sleep(lasting(1.5 * LEASE, 30.0))
    trouble.await_all()
    trouble.stage.end(kind, "database")
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["arrived without a record"] == 0
    assert trouble.losses() == 0


@pytest.mark.parametrize("kind", [Kind.REFUSE, Kind.SILENCE])
def test_mocks_go_on_without_the_object_store_and_no_record_is_lost(
    trouble: Trouble, kind: Kind
) -> None:
    trouble.stage.begin(kind, "store")

    time.sleep(lasting(12.0, 60.0))  # three chunks of each shard come due
    trouble.await_all()
    trouble.stage.end(kind, "store")
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["arrived without a record"] == 0
    assert figures["records dropped"] == 0


def test_a_chunk_whose_upload_is_answered_by_nobody_is_stored_once(trouble: Trouble) -> None:
    store = trouble.stage.proxies["store"]

    store.mute()
    time.sleep(6.0)  # chunks are stored meanwhile, and nobody hears of it
    store.refuse()
    time.sleep(2.0)
    store.open()
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["arrived without a record"] == 0


def test_a_silent_target_costs_what_was_due_meanwhile_and_says_why(trouble: Trouble) -> None:
    trouble.stage.begin(Kind.SILENCE, "target")

    time.sleep(lasting(6.0, 60.0))
    trouble.stage.begin(Kind.REFUSE, "target")
    await_true(
        lambda: trouble.stage.live(trouble.run).get("connected") == 0,
        within=WITHIN,
        what="the console shows that nobody is connected",
    )
    trouble.stage.end(Kind.REFUSE, "target")
    trouble.await_all()
    trouble.await_live()
    figures = trouble.settle().figures

    assert int(str(figures["counted as failed"])) > 0
    assert any(name.startswith("failed: ") for name in figures)


def test_without_a_clock_runs_go_on_and_towers_hand_over(trouble: Trouble) -> None:
    stage = trouble.stage
    stage.begin(Kind.KILL, "clock")
    name = at_work(stage)

    stage.begin(Kind.DRAIN, name)
    await_true(
        lambda: is_handed_over(stage, by=name), within=WITHIN, what="another tower has the shards"
    )
    trouble.await_all()
    time.sleep(lasting(0.0, 300.0))
    trouble.await_all()
    stage.end(Kind.KILL, name)
    stage.end(Kind.KILL, "clock")
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["arrived without a record"] == 0
    assert figures["moves in order"] == SIZE.mocks


def test_two_clocks_lose_a_killed_tower_once(trouble: Trouble) -> None:
    stage = trouble.stage
    second = stack.process("clock", stage.environment)
    second.name = "clock-2"
    stage.supervisor.launch(second)
    name = at_work(stage)

    stage.begin(Kind.KILL, name)
    trouble.await_lost()
    trouble.await_all()
    stage.end(Kind.KILL, name)
    trouble.await_live()
    figures = trouble.settle().figures
    send_all(second, signal.SIGTERM)
    stage.supervisor.stop(second)

    assert trouble.losses() == SIZE.parts
    assert figures["moves after a loss"] == SIZE.mocks
