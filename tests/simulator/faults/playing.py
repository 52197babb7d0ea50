"""A lot's mocks with faults between them and their connection, in virtual time and in shards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from simulator.definition import parse
from simulator.faults import Crowd, Timeline, Way
from simulator.fleet import Batch, Fleet
from simulator.lot.fault import Fault
from simulator.lot.faults import fault_of

SENSOR = """
name: Sensor
id: "s-{index:03d}"
variables: {site: {choice: {osaka: 1, tokyo: 1}}}
metrics: {t: {uniform: {min: 0, max: 50}}}
messages:
  telemetry:
    every: 1s ± 300ms
    topic: "t/{site}/{id}"
    json: {id: "{id}", seq: "{seq}", t: "{t:.2f}", at: "{now:epoch}", pos: {lat: 1.5, ok: true}}
"""
COUNT = 40


@dataclass(frozen=True, order=True)
class Sent:
    """A message as it went out, or did not."""

    mock: str
    sequence: int
    faults: str
    address: str
    payload: bytes
    why: str = ""


def sent(batch: Batch, names: Sequence[str], why: str = "") -> Iterable[Sent]:
    faults = batch.faults or [""] * len(batch)
    for place, row in enumerate(batch.rows.tolist()):
        yield Sent(
            names[row],
            int(batch.sequences[place]),
            faults[place],
            batch.addresses[place],
            batch.payloads[place],
            why,
        )


def crowd_of(fleet: Fleet, *, first: int, count: int, seed: int, total: int = COUNT) -> Crowd:
    return Crowd(
        seed=seed,
        first=first,
        count=count,
        total=total,
        part="sensors",
        identities=fleet.identities,
        fixed=fleet.fixed,
        statuses=fleet.statuses,
        status=lambda: fleet.status,
    )


class Play:
    """One shard. ``out`` is what was sent, in order; ``lost`` what never was."""

    def __init__(self, faults: Sequence[Fault], *, first: int, count: int, seed: int) -> None:
        self.fleet = Fleet(
            parse(SENSOR), first=first, count=count, total=COUNT, seed=seed, is_instant=True
        )
        self.names = self.fleet.identities
        crowd = crowd_of(self.fleet, first=first, count=count, seed=seed)
        self.timeline, self.way = Timeline(faults, crowd), Way()
        self.t = 0.0
        self.out: list[Sent] = []
        self.lost: list[Sent] = []
        self.late = 0.0  # s; the most that a message went out after its time and its waits
        self.changes: list[Any] = []

    def go(self, t: float, *, step: float = 0.1) -> None:
        while self.t < t:
            until = min(self.t + step, t, self.timeline.next_change(), self.way.next_due())
            self.t = max(until, self.t)
            self._take(*self.way.pass_on(self.fleet.due(self.t).sends, self.t))
            self._take(*self.way.release(self.t))
            for change in self.timeline.pass_to(self.t):
                self.changes.append(change)
                if change.begins:
                    self.way.begin(change.spell)
                else:
                    self._take(*self.way.end(change.spell, change.t))

    def _take(self, sends: list[Batch], lost: list[tuple[Batch, str]]) -> None:
        for batch in sends:
            self.out += sent(batch, self.names)
            held = 0.0 if batch.held is None else batch.held
            self.late = max(self.late, float((self.t - batch.scheduled - held).max()))
        for batch, why in lost:
            self.lost += sent(batch, self.names, why)


def played(
    *faults: dict[str, Any], shards: int = 1, seed: int = 1, step: float = 0.2, until: float = 8.0
) -> list[Play]:
    """Play a lot of ``COUNT`` mocks in some shards."""
    read = [fault_of(each) for each in faults]
    bounds = np.linspace(0, COUNT, shards + 1).astype(int).tolist()
    plays = [
        Play(read, first=first, count=last - first, seed=seed) for first, last in pairwise(bounds)
    ]
    for play in plays:
        play.go(until, step=step)
    return plays


def by_mock(plays: Iterable[Play]) -> dict[str, list[Sent]]:
    """Return what each mock sent in its order, then what of it never went out."""
    told: dict[str, list[Sent]] = {}
    for play in plays:
        for each in [*play.out, *play.lost]:
            told.setdefault(each.mock, []).append(each)
    return told
