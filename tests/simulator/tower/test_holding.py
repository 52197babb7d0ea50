"""Shards of one tower beside each other: an error of ours ends one of them."""

import time
from typing import Any, cast

import pytest

from simulator.errors import DefinitionError
from simulator.recording import Writer, Zero
from simulator.tower.ending import Phase
from simulator.tower.holding import Holding
from simulator.tower.observing import Observers
from simulator.tower.parts import parts_of
from simulator.tower.shard import Shard
from simulator.tower.snapshot import Snapshot, refusal
from tests.simulator.tower.staging import EPOCH, assignment


class Untold:
    """A shard of which nothing can be told before it has ended."""

    observer = None
    phase = Phase.SENDING
    error = ""

    def __init__(self, name: str, *, is_sound: bool) -> None:
        self.name = name
        self.is_sound = is_sound

    def snapshot(self) -> Snapshot:
        if not self.is_sound and self.phase is not Phase.ENDED:
            raise RuntimeError("a bug of ours")
        return refusal(assignment(shard=self.name), self.error, at=EPOCH)

    def abort(self, error: str) -> None:
        self.error = error

    def give_up(self) -> None:
        self.phase = Phase.ENDED


def refusing(target: Any, **_: Any) -> Any:
    raise DefinitionError("no such source address here")


def test_a_shard_of_which_nothing_can_be_told_ends_and_leaves_the_others_alone() -> None:
    shards = {name: Untold(name, is_sound=name == "b") for name in ("a", "b")}
    holding = Holding(
        lambda given, _: cast(Shard, shards[given.shard]),
        observers=Observers(tower="t", make_exchange=refusing, clock=time.monotonic),
        keeping=None,
        clock=time.monotonic,
        wall=time.time,
    )
    for name in shards:
        holding.begin(assignment(shard=name), [])

    told = holding.snapshots()

    assert [(each.shard, each.error) for each in told] == [
        ("a", "internal error: RuntimeError"),
        ("b", ""),
    ]
    assert ["a" in holding, "b" in holding] == [False, True]


def test_no_log_is_opened_for_a_shard_that_is_refused() -> None:
    opened: list[str] = []

    class Watched(Writer):
        def open(self, shard: str, roster: Any) -> Any:
            opened.append(shard)
            return super().open(shard, roster)

    with pytest.raises(DefinitionError, match="no such source address"):
        parts_of(
            assignment(shard="a"),
            tower="t",
            zero=Zero(EPOCH, 0.0),
            writer=Watched(None, name="t"),
            make_exchange=refusing,
            listener=cast(Any, None),
            clock=lambda: 0.0,
        )

    assert opened == []
