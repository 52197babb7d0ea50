"""Runs to hosts that nobody has proved to be his own: how large they may be, and what holds them.

Rule: decided when a run starts, and kept with it; what it may not do the engine does not do either,
for its pace has a cap.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import simulator
from web.lots.models import Lot
from web.platform import reach
from web.runs.models import LIVE, Run
from web.runs.snapshot import CannotStart, Snapshot
from web.targets import senders
from web.targets.models import Target
from web.targets.ownership import access, limits

GIVE_UP_AFTER = 60.0  # s that an unproved host may refuse nearly all before the run ends
GIVE_UP_PROVED = 300.0  # s, where nothing else is said: a broker may well be restarted


@dataclass(frozen=True, slots=True)
class Load:
    """How much goes somewhere."""

    mocks: int = 0
    rate: float = 0.0  # messages/s, in the busiest statuses

    def __add__(self, other: "Load") -> "Load":
        return Load(self.mocks + other.mocks, self.rate + other.rate)


def load_of(lot: simulator.Lot, parts: Iterable[dict[str, float]]) -> Load:
    """Return how much a lot sends; ``parts`` are those that its run keeps, with their ``rate``."""
    rate = sum(part["count"] * part.get("rate", 0.0) for part in parts)
    return Load(lot.most_mocks, min(rate, lot.pace.send_rate or rate))


def held(lot: Lot, snapshot: Snapshot) -> tuple[Snapshot, bool]:
    """Return what a run of the lot may execute, and whether it goes to an unproved host.

    Raises:
        CannotStart: It is more than may go there.
    """
    if reach.is_operators(lot.target.host, lot.target.port):
        return replace(snapshot, lot=_giving_up(snapshot.lot, GIVE_UP_PROVED)), False
    snapshot = replace(snapshot, lot=_kept_there(snapshot.lot))
    if access.is_proved(lot.target):
        return replace(snapshot, lot=_giving_up(snapshot.lot, GIVE_UP_PROVED)), False
    own = load_of(snapshot.lot, snapshot.parts)
    _hold(own, lot.target, limits.THIS_LOT)
    others = Run.objects.filter(workspace=lot.workspace, is_unproved=True, state__in=LIVE)
    _hold(own + _sum(others), lot.target, limits.WITH_OTHERS)
    _hold_host(own, snapshot.lot.target.host)
    return replace(snapshot, lot=_capped(snapshot.lot)), True


def _hold(load: Load, target: Target, this: str) -> None:
    if limits.is_little(load.mocks, load.rate):
        return
    raise CannotStart(
        limits.TOO_MUCH.format(
            host=target.host,
            mocks=limits.MOCKS,
            rate=limits.RATE,
            target=target.name,
            this=this.format(mocks=load.mocks, rate=load.rate),
        )
    )


def _hold_host(load: Load, host: str) -> None:
    """Hold what workspaces send together to one host that none of them has proved."""
    live = Run.objects.filter(is_unproved=True, state__in=LIVE).only("hosts", "mocks", "parts")
    there = _sum(run for run in live if host in run.hosts)
    if there.mocks + load.mocks > limits.HOST_MOCKS:
        raise CannotStart(limits.HOST_IS_FULL.format(host=host))


def _sum(runs: Iterable[Run]) -> Load:
    total = Load()
    for run in runs:
        rate = sum(part["count"] * part.get("rate", 0.0) for part in run.parts)
        total += Load(run.mocks, rate)
    return total


def _capped(lot: simulator.Lot) -> simulator.Lot:
    """Return a lot whose engine sends no more than is allowed, whatever it is ordered."""
    pace = lot.pace.model_copy(
        update={
            "send_rate": min(lot.pace.send_rate or limits.RATE, limits.RATE),
            "connect_rate": min(lot.pace.connect_rate or limits.CONNECTS, limits.CONNECTS),
            "give_up_after": GIVE_UP_AFTER,
        }
    )
    return lot.model_copy(update={"pace": pace, "target": senders.told(lot.target)})


def _kept_there(lot: simulator.Lot) -> simulator.Lot:
    """Return a lot whose mocks go nowhere else when a broker sends them on: what is proved of one
    host says nothing of another."""
    if not getattr(lot.target, "follow_redirects", False):
        return lot
    return lot.model_copy(
        update={"target": lot.target.model_copy(update={"follow_redirects": False})}
    )


def _giving_up(lot: simulator.Lot, after: float) -> simulator.Lot:
    """Return a lot that gives up a target which refuses, unless it says itself when."""
    if lot.pace.give_up_after is not None:
        return lot
    return lot.model_copy(update={"pace": lot.pace.model_copy(update={"give_up_after": after})})


def growth_trouble(run: Run, mocks: int) -> str:
    """Return why a run may not be given so many mocks; empty: it may."""
    if not run.is_unproved or mocks <= limits.MOCKS:
        return ""
    return (
        f"Nobody has proved that {', '.join(run.hosts[:1])} is theirs, so at most {limits.MOCKS} "
        "mocks may go there. Prove it on the target's page, and start a new run."
    )
