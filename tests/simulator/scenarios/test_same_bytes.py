"""Every definition that we have gives the same bytes in any shards, and after any checkpoint."""

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulator import Definition, parse
from simulator.fleet import Fleet
from tests.simulator.fleet.lives import EPOCH, Life, datasets_of
from tests.simulator.fleet.test_checkpoint import prod

ROOT = Path(__file__).parents[3]
PATHS = sorted(
    path
    for folder in ("tests/definitions", "simulator/library")
    for path in (ROOT / folder).iterdir()
    if path.suffix in (".yaml", ".json")
)

MOCKS = 7
UNTIL = 30.0  # s
RATE = 0.1  # messages/s of each mock, so that the slow ones are seen and the fast ones do not last
COMMANDS = 12.0  # s, when each mock gets a command on each of its topics
Make = Callable[..., Fleet]


@pytest.fixture(params=PATHS, ids=lambda path: path.stem, scope="module")
def make(request: pytest.FixtureRequest) -> Make:
    """What makes a fleet of a definition, of ``count`` mocks from ``first`` on."""
    device: Definition = parse(request.param.read_text())
    datasets = datasets_of(*device.metrics.values(), *device.variables.values())
    settings: dict[str, Any] = {
        "total": MOCKS,
        "seed": 11,
        "rate": RATE,
        "epoch": EPOCH,
        "datasets": datasets,
    }

    def made(first: int = 0, count: int = MOCKS) -> Fleet:
        return Fleet(device, first=first, count=count, is_instant=True, **settings)

    return made


@pytest.fixture(scope="module")
def whole(make: Make) -> list[Any]:
    return told(lived(make(), [COMMANDS, UNTIL]))


def lived(mocks: Fleet, times: list[float], *, first: int = 0) -> Life:
    """Ask for what is due at each time, and give the commands when theirs has come."""
    life = Life()
    for t in times:
        while True:
            life.note(mocks, t, mocks.due(t), first)
            if mocks.next_due() > t:
                break
        if t == COMMANDS:
            prod(mocks, t)
    return life


def told(*lives: Life) -> list[Any]:
    """What lives show outside, each mock's in its order."""
    sent = sorted(each for life in lives for each in life.sent)
    return [sent, sorted(each for life in lives for each in life.moves)]


@pytest.mark.parametrize("shards", [2, 7])
def test_shards_and_steps_change_no_byte(make: Make, whole: list[Any], shards: int) -> None:
    cuts = [MOCKS * n // shards for n in range(shards + 1)]

    lives = [
        lived(make(first, last - first), [0.0, 7.0, COMMANDS, UNTIL], first=first)
        for first, last in pairwise(cuts)
    ]

    assert told(*lives) == whole
    assert whole[0]


def test_stopping_and_going_on_elsewhere_changes_no_byte(make: Make, whole: list[Any]) -> None:
    draw = random.Random(5)
    stops = sorted(draw.uniform(0.0, UNTIL) for _ in range(2))
    mocks, lives = make(), []

    for start, stop in pairwise([-1.0, *stops, UNTIL]):
        lives.append(lived(mocks, [t for t in (COMMANDS, stop) if start < t <= stop]))
        state = mocks.state()
        mocks = make()
        mocks.restore(state)

    assert told(*lives) == whole
