"""Rows of how the service is operated: what autoscaling has to be, each by its name."""

from functools import cache
from pathlib import Path

import pytest

from tests.benchmarks.scaling.drawing import picture
from tests.benchmarks.scaling.stories import Compared, compared, table
from tests.web.scaling.conftest import NOON
from web.runs import workers
from web.runs.models import Worker
from web.scaling import acting
from web.scaling.rule import Action, Inputs, Limits, Memory, decide

pytestmark = pytest.mark.usefixtures("silent_console")

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/operations.md"
IMAGE = ROOT / "docs/images/scaling.svg"


@cache
def stories() -> list[Compared]:
    return compared()


def test_autoscaling_on_a_signal_that_is_right():
    """Scaled on throughput, an overloaded app looks idle, and its dynos are taken away."""
    disaster, _ = stories()
    slow = slice(660, 1_200)

    assert min(disaster.throughput.dynos[slow]) < disaster.throughput.dynos[600]
    assert disaster.throughput.whole_after(600) is None
    assert min(disaster.ours.dynos[slow]) >= disaster.ours.dynos[600]
    assert disaster.ours.lost < disaster.throughput.lost / 4


def test_a_flash_crowd_gets_all_of_its_dynos_at_once():
    _, crowd = stories()

    assert crowd.ours.whole_after(crowd.begin) < crowd.throughput.whole_after(crowd.begin) / 3
    assert max(crowd.ours.dynos) == 6


def test_dynos_that_were_added_by_hand_are_not_taken_away_at_once():
    memory = Memory()
    for at in range(0, 900, 15):
        quantity = 2 if at < 300 else 8
        decision = decide(Inputs(at=float(at), quantity=quantity, needed=2), memory, Limits())
        memory = decision.memory

        assert decision.action == Action.HOLD


def test_scaling_up_is_considered_too(platform, load, told):
    load(leased=5)
    told(NOON, lateness=2.5)

    assert "performance-m" in acting.scale(NOON)[1].advice


def test_scale_in_that_kills_no_work_draining_is_chosen_not_drawn_by_lot(working, db):
    working(100, 9_000, 5, 4_000)

    names = workers.drain_above(2)

    assert names == ["worker.4", "worker.3"]
    draining = Worker.objects.filter(is_draining=True).values_list("dyno", flat=True)
    assert sorted(draining) == ["worker.3", "worker.4"]


@pytest.mark.parametrize("status", [409, 422, 503])
def test_deploys_with_full_parallel_capacity_the_number_is_left_alone_in_a_release(
    platform, load, status
):
    load(wanted=50)
    platform.refuse(status, "conflict", "A release is under way.")

    choice = acting.scale(NOON)[1]

    assert choice.outcome.startswith("Not yet: ")
    assert platform.quantities == {"worker": 2, "web": 1}


def test_the_page_has_the_figures_and_the_picture_that_the_command_makes():
    assert table(stories()) in PAGE.read_text("utf-8")
    assert picture(stories()) == IMAGE.read_text("utf-8")
    assert "images/scaling.svg" in PAGE.read_text("utf-8")
