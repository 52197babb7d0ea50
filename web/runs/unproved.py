"""Runs to hosts that nobody has proved to be his own: how large they may be, and what holds them.

Rule: decided when a run starts, and kept with it; what it may not do the engine does not do either,
for its pace has a cap. The caps of all such runs of a workspace are together what it may send, so
that no order and no fault makes more of it. What is held is held again under locks, so that of two
starts at once the second sees the first.
"""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from django.db import connection

import simulator
from web.accounts.models import Workspace
from web.lots.models import Lot
from web.platform import reach
from web.runs import closed
from web.runs.models import LIVE, Run
from web.runs.snapshot import CannotStart, CannotStartNow, Snapshot
from web.targets import senders
from web.targets.models import Target
from web.targets.ownership import access, limits
from web.usage.limits import lock

GIVE_UP_AFTER = 60.0  # s that an unproved host may refuse nearly all before the run ends
GIVE_UP_PROVED = 300.0  # s, where nothing else is said: a broker may well be restarted
AT_ONCE = (
    "Another run to a host that nobody has proved began in the same moment. Start this one again."
)


@dataclass(frozen=True, slots=True)
class Load:
    """How much goes somewhere."""

    mocks: int = 0
    rate: float = 0.0  # messages/s, in the busiest statuses

    def __add__(self, other: "Load") -> "Load":
        return Load(self.mocks + other.mocks, self.rate + other.rate)

    @property
    def is_little(self) -> bool:
        """Whether so much may go to unproved hosts."""
        return limits.is_little(self.mocks, self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a run takes of what a workspace may send to unproved hosts."""

    load: Load  # ``rate`` is the most that its engine sends
    host: str  # as ``Run.hosts`` has it
    addresses: list[str] = field(default_factory=list)  # that it stood for; none: nobody knew


def load_of(lot: simulator.Lot, parts: list[dict[str, Any]]) -> Load:
    """Return how much a lot sends, with the mocks that its orders add; ``parts`` are those that its
    run keeps, with their ``rate``."""
    rate = sum(part["count"] * part.get("rate", 0.0) for part in parts)
    rate += sum(each.count * parts[each.part].get("rate", 0.0) for each in lot.additions)
    return Load(lot.most_mocks, max(limits.LEAST_RATE, min(rate, lot.pace.send_rate or rate)))


def held(lot: Lot, snapshot: Snapshot, *, host: str) -> tuple[Snapshot, Share | None]:
    """Return what a run of the lot may execute, and what it takes; None: its host is proved.

    Args:
        lot: Which.
        snapshot: What it would execute.
        host: The target's own, as ``Run.hosts`` has it.

    Raises:
        CannotStart: It is more than may go there.
    """
    if reach.is_operators(lot.target.host, lot.target.port):
        return replace(snapshot, lot=_giving_up(snapshot.lot, GIVE_UP_PROVED)), None
    snapshot = replace(snapshot, lot=_kept_there(snapshot.lot, lot.workspace, host))
    if access.is_proved(lot.target):
        return replace(snapshot, lot=_giving_up(snapshot.lot, GIVE_UP_PROVED)), None
    own = load_of(snapshot.lot, snapshot.parts)
    _hold(own, lot.target, limits.THIS_LOT)
    others = _sent_by(lot.workspace)
    _hold(own + others, lot.target, limits.WITH_OTHERS)
    load = Load(own.mocks, _most_of(own, others))
    share = Share(load=load, host=host, addresses=reach.addresses(host, lot.target.port))
    _hold_place(share)
    return replace(snapshot, lot=_capped(snapshot.lot, share.load.rate)), share


def hold_again(workspace: Workspace, share: Share | None) -> None:
    """Hold a run once more, in the transaction that makes it: others may have started meanwhile.

    Raises:
        CannotStartNow: There is no room for it any more.
    """
    if share is None:
        return
    lock(workspace)
    for place in sorted({share.host, *share.addresses}):
        _lock_place(place)
    if not (share.load + _sent_by(workspace)).is_little:
        raise CannotStartNow(AT_ONCE)
    _hold_place(share)


def keep(run: Run, share: Share | None) -> None:
    """Note on a run, which is not stored yet, what it takes."""
    if share:
        run.is_unproved, run.unproved_rate = True, share.load.rate
        run.addresses = share.addresses


def growth_trouble(run: Run, mocks: int) -> str:
    """Return why a run may not be given so many mocks; empty: it may.

    What it may send was dealt out when it began, by the mocks that it had then.
    """
    if not run.is_unproved or mocks <= run.mocks:
        return ""
    return (
        f"Nobody has proved that {', '.join(run.hosts[:1])} is theirs, so this run keeps to its "
        f"{run.mocks} mocks. Prove it on the target's page, and start a new run."
    )


def _hold(load: Load, target: Target, this: str) -> None:
    if load.is_little:
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


def _hold_place(share: Share) -> None:
    """Hold what workspaces send together to one host, or address, that none of them has proved."""
    live = Run.objects.filter(is_unproved=True, state__in=LIVE)
    rows = list(live.values_list("mocks", "hosts", "addresses"))
    own, wanted = share.load.mocks, set(share.addresses)
    on_host = sum(mocks for mocks, hosts, _ in rows if share.host in hosts)
    on_address = sum(mocks for mocks, _, addresses in rows if wanted.intersection(addresses))
    if on_host + own > limits.HOST_MOCKS or on_address + own > limits.ADDRESS_MOCKS:
        raise CannotStart(limits.HOST_IS_FULL.format(host=share.host))


def _sent_by(workspace: Workspace) -> Load:
    """Return what a workspace's live runs to unproved hosts may send, whatever they are ordered."""
    runs = Run.objects.filter(workspace=workspace, is_unproved=True, state__in=LIVE)
    return sum((_load_of_run(run) for run in runs), start=Load())


def _load_of_run(run: Run) -> Load:
    if run.unproved_rate is not None:
        return Load(run.mocks, run.unproved_rate)
    return Load(run.mocks, sum(part["count"] * part.get("rate", 0.0) for part in run.parts))


def _most_of(own: Load, others: Load) -> float:
    """Return the most that a run may send, messages/s: its own, and of what is left the part that
    its mocks are of those that are left. Pure."""
    left = max(0.0, limits.RATE - others.rate - own.rate)
    return own.rate + left * own.mocks / (limits.MOCKS - others.mocks)


def _lock_place(place: str) -> None:
    """Let whoever else starts a run to the same host or address wait for this transaction's end.

    SQLite, of tests alone, has one writer at a time.
    """
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(sha256(f"unproved/{place}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _capped(lot: simulator.Lot, most: float) -> simulator.Lot:
    """Return a lot whose engine sends ``most`` messages/s at most, and begins no more connections,
    whatever it is ordered. Mocks that its orders add bring their part of the cap with them."""
    own = most * lot.mocks / lot.most_mocks
    pace = lot.pace.model_copy(
        update={
            "send_rate": min(lot.pace.send_rate or own, own),
            "connect_rate": min(lot.pace.connect_rate or own, own),
            "give_up_after": GIVE_UP_AFTER,
        }
    )
    return lot.model_copy(update={"pace": pace, "target": senders.told(lot.target)})


def _kept_there(lot: simulator.Lot, workspace: Workspace, host: str) -> simulator.Lot:
    """Return a lot whose mocks go nowhere else when a broker sends them on, or is away: what is
    proved of one host says nothing of another."""
    kept: dict[str, object] = {}
    if getattr(lot.target, "follow_redirects", False):
        kept["follow_redirects"] = False
    if servers := getattr(lot.target, "servers", None):
        kept["servers"] = [each for each in servers if _is_own(each, workspace, host)]
    return lot.model_copy(update={"target": lot.target.model_copy(update=kept)}) if kept else lot


def _is_own(server: str, workspace: Workspace, host: str) -> bool:
    """Whether a further server is on the target's ``host``, proved as that is, or an operator's."""
    name, _, port = server.rpartition(":")
    place = closed.plain(name)
    is_proved = place == host or access.is_place_proved(workspace, place, int(port))
    return is_proved or reach.is_operators(name, int(port))


def _giving_up(lot: simulator.Lot, after: float) -> simulator.Lot:
    """Return a lot that gives up a target which refuses, unless it says itself when."""
    if lot.pace.give_up_after is not None:
        return lot
    return lot.model_copy(update={"pace": lot.pace.model_copy(update={"give_up_after": after})})
