"""What faults do: a date that is wrong by an hour, or jumps while a run goes on."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from workshop import stack

from tests.chaos.dates import Date
from tests.chaos.plan import Kind
from tests.chaos.stage import await_true, worker
from tests.integration.trouble import LEASE, SIZE, WITHIN, Trouble, at_work, is_handed_over

HOUR = 3_600.0
JUMPING = "worker-9"  # the worker with a date of its own
A_WHILE = timedelta(minutes=2)  # that moments may lie beside those of this machine

pytestmark = [
    pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "redis", "s3", "faketime"),
    pytest.mark.xdist_group("stage"),
]


@pytest.fixture
def join(trouble: Trouble) -> Iterator[Callable[..., Date]]:
    """Return a function that has a worker with a date of its own join, and take the shards over."""
    stage = trouble.stage

    def make(*, wrong: float) -> Date:
        date = Date(stage.folder / "date", wrong=wrong)
        child = date.rule(worker(stage.environment, 9, capacity=SIZE.capacity))
        stage.children[JUMPING] = child
        before = at_work(stage)
        for each in stage.workers:
            if each not in (JUMPING, before):
                stage.begin(Kind.KILL, each)
        stage.launch(JUMPING)
        stage.begin(Kind.DRAIN, before)
        await_true(
            lambda: is_handed_over(stage, by=before), within=WITHIN, what="it has the shards"
        )
        trouble.await_all()
        return date

    yield make
    stage.supervisor.stop(stage.children.pop(JUMPING))
    for each in stage.workers:
        stage.end(Kind.KILL, each)


def held_against_this_machine(trouble: Trouble, began: datetime) -> None:
    """Make sure that every moment in the log is one at which it was sent."""
    log = trouble.log()
    moments = [at for device in log.devices.values() for _, at, _ in device.sends]
    assert began - A_WHILE < min(moments)
    assert max(moments) < datetime.now(UTC) + A_WHILE


def test_a_tower_whose_date_jumps_goes_on(trouble: Trouble, join: Callable[..., Date]) -> None:
    began = datetime.now(UTC)
    date = join(wrong=0.0)

    for wrong in (HOUR, -HOUR):
        date.put(wrong)
        time.sleep(LEASE + 2.0)  # leases are renewed meanwhile, or end
        trouble.await_all()
    trouble.await_live()
    figures = trouble.settle().figures

    assert trouble.losses() == 0
    assert figures["moves in order"] == SIZE.mocks
    assert figures["arrived without a record"] == 0
    held_against_this_machine(trouble, began)


@pytest.mark.parametrize("wrong", [HOUR, -HOUR])
def test_a_tower_whose_date_is_wrong_takes_over_where_the_run_is(
    trouble: Trouble, join: Callable[..., Date], wrong: float
) -> None:
    began = datetime.now(UTC)

    join(wrong=wrong)
    trouble.await_live()
    figures = trouble.settle().figures

    assert trouble.losses() == 0
    assert figures["moves in order"] == SIZE.mocks
    assert figures["arrived without a record"] == 0
    seconds = (datetime.now(UTC) - began).total_seconds() + WITHIN
    assert int(str(figures["counted as due"])) < SIZE.mocks * seconds / SIZE.every
    held_against_this_machine(trouble, began)


@pytest.fixture
def clock_ahead(trouble: Trouble) -> Iterator[None]:
    """The clock process, and it alone, is so far ahead that each run's time seems to be over."""
    stage = trouble.stage
    right = stage.children["clock"]
    stage.begin(Kind.KILL, "clock")
    ahead = Date(stage.folder / "date", wrong=2 * HOUR)
    stage.children["clock"] = ahead.rule(stack.process("clock", stage.environment))
    stage.launch("clock")
    yield
    stage.begin(Kind.KILL, "clock")
    stage.supervisor.children.remove(stage.children["clock"])
    stage.children["clock"] = right
    stage.launch("clock")


@pytest.mark.usefixtures("clock_ahead")
def test_a_clock_whose_date_is_wrong_ends_no_run_and_starts_none_before_its_time(
    trouble: Trouble,
) -> None:
    stage, name = trouble.stage, at_work(trouble.stage)
    schedule = scheduled(trouble, datetime.now(UTC) + timedelta(hours=1))

    stage.begin(Kind.KILL, name)
    trouble.await_lost()
    trouble.await_all()
    page = trouble.page()
    trouble.await_live()
    figures = trouble.settle().figures
    stage.end(Kind.KILL, name)
    turns = trouble.ask("SELECT id FROM schedules_turn")
    stage.console.press(schedule, f"{schedule}pause/")

    assert turns == []
    assert "clock process is silent" not in page
    assert figures["moves after a loss"] == SIZE.mocks


def scheduled(trouble: Trouble, moment: datetime) -> str:
    """Have the lot started once more at a moment; return the path of the schedule's page."""
    lot = trouble.stage.lots[0]
    code = lot.rstrip("/").rpartition("/")[2]
    form = f"{trouble.stage.workspace}schedules/of/{code}/new/"
    fields = {"name": "Later", "lot": lot_row(trouble, code), "kind": "once", "zone": "UTC"}
    fields |= {"moment": f"{moment:%Y-%m-%dT%H:%M}", "overlap": "skip", "catch_up": "86400"}
    landed = trouble.stage.console.press(form, form, {**fields, "save": "1"})
    assert re.search(r"/schedules/[0-9a-f-]{36}/$", landed)
    return landed


def lot_row(trouble: Trouble, code: str) -> str:
    [[row]] = trouble.ask("SELECT id FROM lots_lot WHERE code = %s", code)
    return str(row)
