"""Towers that are told to end, killed and frozen: real processes, a real broker that counts.

What arrives is counted by a subscriber that knows nothing of the product, and held against the log.
Times are printed, for a machine may be slow.
"""

import time

import pytest

from tests.chaos.crowd import pids_of
from tests.chaos.plan import APART, SIGNALS, Kind
from tests.chaos.stage import await_true
from tests.integration.trouble import SIZE, WITHIN, Trouble, at_work, is_handed_over

pytestmark = [
    pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "redis", "s3"),
    pytest.mark.xdist_group("stage"),
]

FROZEN = 40.0  # s


def test_sigterm_three_times_to_every_process_loses_no_record(
    trouble: Trouble, capsys: pytest.CaptureFixture[str]
) -> None:
    stage, name = trouble.stage, at_work(trouble.stage)

    told = time.monotonic()
    for _ in range(SIGNALS):
        stage.begin(Kind.DRAIN, name)
        time.sleep(APART)  # how the platform repeats it is what is tested
    await_true(lambda: not pids_of(stage.children[name]), within=WITHIN, what="all have ended")
    ended = time.monotonic() - told
    trouble.await_live()
    figures = trouble.settle().figures
    stage.end(Kind.KILL, name)

    assert figures["records of sends"] == figures["counted as due"]
    assert figures["counted as failed"] == 0
    assert figures["arrived without a record"] == 0
    assert figures["moves in order"] == SIZE.mocks
    assert "handed it over" in trouble.page()
    with capsys.disabled():
        print(f"\nall processes ended {ended:.1f} s after the first SIGTERM")
        print(f"longest pause of a mock {pause_since(trouble, told):.1f} s")


def test_a_killed_towers_mocks_go_on_with_numbers_that_none_had(
    trouble: Trouble, capsys: pytest.CaptureFixture[str]
) -> None:
    stage, name = trouble.stage, at_work(trouble.stage)
    await_checkpoints(trouble)

    killed = time.monotonic()
    stage.begin(Kind.KILL, name)
    trouble.await_lost()
    trouble.await_all()
    trouble.await_live()
    figures = trouble.settle().figures
    stage.end(Kind.KILL, name)

    assert figures["moves after a loss"] == SIZE.mocks
    numbers = [max(n for n, _, _ in device.sends) for device in trouble.log().devices.values()]
    assert min(numbers) > 1_000
    assert "gave no sign of life" in trouble.page()
    with capsys.disabled():
        print(f"\nkilled: mocks sent again after {pause_since(trouble, killed):.1f} s")


def test_a_frozen_tower_that_wakes_up_changes_nothing(
    trouble: Trouble, capsys: pytest.CaptureFixture[str]
) -> None:
    stage, name = trouble.stage, at_work(trouble.stage)
    await_checkpoints(trouble)

    frozen = time.monotonic()
    stage.begin(Kind.FREEZE, name)
    trouble.await_lost()
    trouble.await_all()
    time.sleep(max(0.0, FROZEN - (time.monotonic() - frozen)))
    stage.end(Kind.FREEZE, name)
    trouble.await_all()
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["moves after a loss"] == SIZE.mocks
    with capsys.disabled():
        print(f"\nfrozen: mocks sent again after {pause_since(trouble, frozen):.1f} s")


def test_scaling_in_drains_the_highest_worker_and_loses_nothing(trouble: Trouble) -> None:
    stage = trouble.stage
    lowest, highest = sorted(stage.workers)
    if at_work(stage) == lowest:
        stage.begin(Kind.DRAIN, lowest)
        await_true(
            lambda: is_handed_over(stage, by=lowest), within=WITHIN, what="the highest has them"
        )
        stage.end(Kind.KILL, lowest)
    trouble.await_all()

    drained = stage.shell("from web.runs import workers; print(*workers.drain(1))")
    await_true(lambda: is_handed_over(stage, by=highest), within=WITHIN, what="the lowest has them")
    trouble.await_all()
    is_there = bool(pids_of(stage.children[highest]))
    stage.shell(f"from web.runs import workers; workers.keep(['{drained}'])")
    trouble.await_live()
    figures = trouble.settle().figures

    assert drained == highest.replace("-", ".")
    assert is_there
    assert trouble.losses() == 0
    assert figures["records of sends"] == figures["counted as due"]
    assert figures["counted as failed"] == 0


def await_checkpoints(trouble: Trouble) -> None:
    """Wait until each shard has a checkpoint: there is one each 10 s."""
    query = (
        "SELECT 1 FROM runs_checkpoint c JOIN runs_shard s ON s.id = c.shard_id"
        " JOIN runs_run r ON r.id = s.run_id WHERE r.code = %s"
    )
    await_true(
        lambda: len(trouble.ask(query, trouble.code)) == SIZE.parts,
        within=WITHIN,
        what="each shard has a checkpoint",
    )


def pause_since(trouble: Trouble, moment: float) -> float:
    """Return the longest time since a moment (monotonic s) in which a mock was not heard of, s."""
    return trouble.witness.longest_silence(start=moment, end=time.monotonic())
