"""The chaos trial in its short form; ``python -m tests.chaos`` is the long one."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from workshop.supervisor import Supervisor, free_port

from tests.chaos.evidence import Device, unexplained
from tests.chaos.plan import BREATH, MOST_LOSSES, plan
from tests.chaos.size import Size
from tests.chaos.stage import start_stage
from tests.chaos.trial import attempt

SEED = 1
SIZE = Size(mocks=1_200, seconds=60.0)


@pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "redis", "s3")
@pytest.mark.xdist_group("chaos")
def test_chaos_breaks_no_promise(parts_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = parts_folder / f"chaos-{free_port()}"
    folder.mkdir(mode=0o755)
    blows = plan(SEED, seconds=SIZE.seconds, workers=SIZE.workers, lengths=SIZE.lengths)

    with Supervisor(logs=folder / "logs") as supervisor:
        stage = start_stage(supervisor, folder, SIZE)
        try:
            outcome = attempt(stage, blows, SIZE, say=print)
        finally:
            stage.close()

    for name, value in outcome.figures.items():
        print(f"{name}: {value}")
    assert outcome.wrong == []


def test_a_plan_is_the_same_for_a_seed_and_leaves_room_to_recover() -> None:
    size = Size()
    several = [
        plan(seed, seconds=size.seconds, workers=size.workers, lengths=size.lengths)
        for seed in range(200)
    ]

    again = plan(7, seconds=size.seconds, workers=size.workers, lengths=size.lengths)

    assert again == several[7] != several[8]
    for blows in several:
        assert len(blows) >= 15
        assert sum(blow.is_loss for blow in blows) <= MOST_LOSSES
        for one, other in combinations(blows, 2):
            assert one.victim != other.victim or one.end + BREATH <= other.at


def test_a_gap_is_explained_by_a_loss_alone() -> None:
    start = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    sends = [(n, start + timedelta(seconds=n), "acknowledged") for n in (1, 2, 3, 5, 9, 10)]
    lost = "tower a gave no sign of life since 06:00:04 UTC; tower b went on. Numbers below may"
    lost += " be missing, and so may records from 06:00:04 UTC on, and a little before"
    moved = (9, lost, start + timedelta(seconds=8))
    in_order = (9, "handed over by tower a to tower b", start + timedelta(seconds=8))

    assert unexplained(Device(sends, [moved]), {1, 2}) == []
    assert unexplained(Device(sends, [moved]), {12}) == [11, 12]
    assert unexplained(Device(sends, [in_order]), set()) == [4, 6, 7, 8]
    assert unexplained(Device(sends, []), set()) == [4, 6, 7, 8]
