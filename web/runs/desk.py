"""The tower's desk: everything that a tower tells and asks of Redis, Postgres and the object store.

Rule: blocking, in one thread of its own; told what the shards did, it answers with what to do. When
a part does not answer it remembers and tries again at the next second, within named limits.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import inf
from time import monotonic

from django.db import DatabaseError

from simulator import Assignment, Snapshot, StaleLease, Watch
from web.logs.relaying import Relay
from web.logs.writing import Filing
from web.platform import connections, redis
from web.platform.shared_clock import SharedClock
from web.runs import endings, leasing, live, workers, yielding
from web.runs.holding import Held, Orders
from web.runs.injections import Wish, wishes
from web.runs.intake import Intake
from web.runs.leasing import Lease
from web.runs.models import Outcome, Run, RunState
from web.runs.orders import ENDS
from web.runs.reaping import Reaper
from web.runs.renewing import Renewals
from web.runs.room import Capacity
from web.runs.saving import save
from web.runs.turns import Room

logger = logging.getLogger(__name__)

SAVE_EVERY = 10.0  # s; the database is at most this far behind, as often as checkpoints are made
# s between two looks for towers that are silent; the clock looks more often, if there is one.
LOOK_EVERY = 4.0
# s that shards which are to be written wait for each other, and how many are written at once: some
# MB in one transaction.
GATHER = 5.0
SAVED_TOGETHER = 20
# s without a word from the database after which shards end: a second tower may hold them by then.
MAX_UNRENEWED = 120.0
# s without a try after Redis did not answer: each one takes 4 s, and the database waits for it.
REDIS_REST = 10.0
SLOW_TAKE = 0.5  # s that taking shards lasted after which it looks for more at once
NOT_RENEWED = "the database did not answer for two minutes, so the tower lets its shards go"


class Desk:
    """Keeps the books of one tower."""

    def __init__(
        self,
        *,
        tower: str,
        capacity: int,
        messages: float = inf,
        dyno: str = "",
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """
        Args:
            tower: A name that no other tower has or had.
            capacity: How many mocks it can carry.
            messages: How many messages a second it can send.
            dyno: The name of its worker process; empty: nobody can tell it to drain.
            clock: Seconds of a clock that nobody sets.
        """
        self._dyno = dyno
        self._beat_at = -inf
        self._is_to_drain = False
        self._asked_at = -inf  # when it was asked for room last
        self._awaited: int | None = None  # the row of a shard that room is made for
        self._gathered_at = -inf  # when shards were written in turn last
        # What the engine is to hear, until an exchange with the database came to its end.
        self._begun: list[Assignment] = []
        self._lost: list[str] = []  # leases that went to others; their shards are to end
        self._stored: list[tuple[str, float]] = []
        self._reaper = Reaper(clock)
        self._looked_at = -inf
        self.renewals = Renewals(tower, clock=clock)
        self.dates = SharedClock(clock)
        self.tower = tower
        self._clock = clock
        self._is_closing = False
        self._capacity = Capacity(mocks=capacity, messages=messages, clock=clock)
        self._intake = Intake(tower, clock=clock)
        self._held: dict[str, Held] = {}
        self._stopped: set[str] = set()
        self._running: set[int] = set()  # runs that are known to be under way
        self._publish_from = self._clock()
        self._relay = Relay()
        self.filing = Filing(self.lease_of)

    @property
    def is_settled(self) -> bool:
        """Whether the database knows of everything that ended here."""
        return not any(held.end or held.is_moved for held in self._held.values())

    def lease_of(self, shard: str) -> tuple[Lease, str] | None:
        """Return the lease of a shard and the prefix of its run's keys; None: it is not held here.

        Called in the engine's writer thread.
        """
        held = self._held.get(shard)
        return (held.lease, held.loaded.run.prefix) if held else None

    def work(
        self, snapshots: Iterable[Snapshot], *, closing: bool = False, confirm: bool = False
    ) -> Orders:
        """Tell of the last second, and return what to do; slow only when a part is down.

        Args:
            snapshots: Of every shard that the engine has begun.
            closing: The engine had been told to drain when ``snapshots`` were taken, so that what
                is not among them was not begun and will not be.
            confirm: The engine was frozen, and waits to hear whose its shards are.
        """
        self.renewals.hear()
        self._is_closing = closing
        told = list(snapshots)
        self._capacity.hear(told)
        for snapshot in told:
            self._take_in(snapshot)
        self._publish()
        watches = self._relay_tails()
        connections.keep()
        try:
            if confirm:
                self.renewals.renew()
            orders = self._exchange_with_database()
            orders = replace(orders, is_confirmed=confirm)
        except DatabaseError as error:
            logger.warning("the database does not answer: %s", type(error).__name__)
            orders = Orders(lost=self._overdue())
        return replace(orders, watches=watches)

    # What the engine told.

    def _take_in(self, snapshot: Snapshot) -> None:
        held = self._held.get(snapshot.shard)
        if held is None:
            return
        held.hear(snapshot)
        if snapshot.state == "ended":
            held.end = self._outcome(held, snapshot)
        held.is_moved = snapshot.state == "moved"

    def _outcome(self, held: Held, snapshot: Snapshot) -> tuple[Outcome, str]:
        """Say how a shard ended, by whose will."""
        if snapshot.error:
            return Outcome.FAILED, f"{snapshot.error[:1].upper()}{snapshot.error[1:]}."
        if held.lease.name in self._stopped:
            return Outcome.STOPPED, ""
        return Outcome.FINISHED, ""

    def _publish(self) -> None:
        if self._clock() < self._publish_from:
            return
        reports = {held.lease: held.packed() for held in self._held.values() if held.report}
        try:
            if reports:
                live.publish(reports)
        except redis.Unavailable as error:
            logger.warning("live figures are not published: %s", type(error).__name__)
            self._publish_from = self._clock() + REDIS_REST

    def _relay_tails(self) -> list[tuple[str, Watch | None]]:
        """Hand over what is watched; return what the engine is to watch from now on."""
        if self._clock() < self._publish_from:
            return []
        try:
            catches = {held.lease: held.take_catch() for held in self._held.values()}
            return self._relay.exchange(catches)
        except redis.Unavailable as error:
            logger.warning("live tails are not relayed: %s", type(error).__name__)
            self._publish_from = self._clock() + REDIS_REST
            return []

    # What the database is told and asked.

    def _exchange_with_database(self) -> Orders:
        self._renew()
        self._tell_running()
        self._save()
        stop = self._stop_wishes()
        self._beat()
        if self._is_closing:
            self._give_back_all()
        else:
            self._take_new()
        if self._clock() - self._looked_at >= LOOK_EVERY:
            self._looked_at = self._clock()
            self._reaper.look()
        hand_over, wished = self._give_room(), self._wishes()
        self._intake.keep({held.lease.run for held in self._held.values()})
        return self._told_all(stop=stop, hand_over=hand_over, wishes=wished)

    def _told_all(
        self, *, stop: list[str], hand_over: list[str], wishes: list[tuple[str, Wish]]
    ) -> Orders:
        """Return all that the engine is to hear; nothing fails from here on."""
        begun, self._begun = self._begun, []
        lost, self._lost = self._lost, []
        stored, self._stored = self._stored, []
        return Orders(
            begin=[given for given in begun if given.shard in self._held],
            stop=stop,
            hand_over=hand_over,
            lost=lost,
            stored=stored,
            wishes=wishes,
            is_to_drain=self._is_to_drain,
            has_work=bool(self._held or self._intake),
        )

    def _due(self, *, in_turn: bool) -> list[Held]:
        """Return the shards to write now: those that ended or just began; ``in_turn`` others too.

        Others wait for each other, so that one transaction serves many.
        """
        before = self._clock() - (SAVE_EVERY - GATHER / 2)
        told = [held for held in self._held.values() if held.report]
        return [held for held in told if held.is_due(in_turn=in_turn, before=before)]

    def _renew(self) -> None:
        """Renew the leases, where nobody else does, and let go what others have by now."""
        renewed = self.renewals.renew() if self.renewals.is_due else self.renewals.latest
        for name, held in list(self._held.items()):
            key = held.lease.shard, held.lease.fence
            if held.since < renewed.at and key not in renewed.mine:
                self._lose(name)
        self._intake.let_go(renewed)

    def _beat(self) -> None:
        """Say that the worker is there, and hear whether it is to drain."""
        if not self._dyno or self._clock() - self._beat_at < workers.BEAT_EVERY:
            return
        self._beat_at = self._clock()
        mocks, room = self._capacity.carried(self._leases()), self._room().mocks
        self._is_to_drain = workers.beat(self._dyno, tower=self.tower, mocks=mocks, room=room)

    def _overdue(self) -> list[str]:
        """Return the shards to end because the database has been silent for too long."""
        if self._clock() - self.renewals.latest.at < MAX_UNRENEWED:
            return []
        logger.error(NOT_RENEWED)
        lost = [name for name, held in self._held.items() if not held.end]
        for name in lost:
            self._forget(name)
        return lost

    def _tell_running(self) -> None:
        told = {held.lease.run for held in self._held.values() if held.report} - self._running
        if told:
            Run.objects.filter(id__in=told, state=RunState.STARTING).update(state=RunState.RUNNING)
            self._running |= told

    def _save(self) -> None:
        """Write boards, points and checkpoints, and the end of shards that have ended."""
        now = self._clock()
        in_turn = now - self._gathered_at >= GATHER
        due = self._due(in_turn=in_turn)
        for start in range(0, len(due), SAVED_TOGETHER):
            several = due[start : start + SAVED_TOGETHER]
            lost = save(several)
            for held in several:
                if held in lost:
                    self._lose(held.lease.name)
                else:
                    self._saved(held)
        if in_turn:
            self._gathered_at = now

    def _saved(self, held: Held) -> None:
        held.trail.saved()
        held.saved_at = self._clock()
        if held.checkpoint:
            self._stored.append((held.lease.name, held.checkpoint[0]))
            held.checkpoint = None
        if held.end:
            outcome, reason = held.end
            try:
                leasing.release(held.lease, outcome=outcome, reason=reason)
            except StaleLease:
                self._lose(held.lease.name)
                return
            endings.end_run(held.lease.run)
        if held.end or held.is_moved:
            self._forget(held.lease.name)

    def _lose(self, name: str) -> None:
        logger.warning("lease lost", extra={"shard": name})
        self._forget(name)
        self._lost.append(name)

    def _forget(self, name: str) -> None:
        del self._held[name]
        self._stopped.discard(name)

    def _stop_wishes(self) -> list[str]:
        """Return the shards whose run somebody wants to end."""
        open_runs = {held.lease.run for held in self._held.values() if not held.end}
        wished = set(
            Run.objects.filter(id__in=open_runs, stop_requested__isnull=False).values_list(
                "id", flat=True
            )
        )
        names = [name for name, held in self._held.items() if held.lease.run in wished]
        self._stopped |= set(names)
        return names

    def _wishes(self) -> list[tuple[str, Wish]]:
        """Return the faults and orders of people that the engine has not been told."""
        going = [held for held in self._held.values() if not held.end]
        wished = wishes({held.lease.run for held in going}) if going else {}
        new = []
        for held in going:
            for wish in wished.get(held.lease.run, []):
                if wish not in held.told:
                    held.told.add(wish)
                    if wish.said.get("order") in ENDS:  # it may act on it before its next exchange
                        self._stopped.add(held.lease.name)
                    new.append((held.lease.name, wish))
        return new

    # New shards.

    def _take_new(self) -> None:
        """Take what is wanted; once more where that took long, for a tower that drains gives up one
        shard before the others, and what was loaded for it serves those."""
        before = self._clock()
        if self._take() and self._clock() - before >= SLOW_TAKE:
            self._take()

    def _take(self) -> int:
        """Return how many shards begin by it."""
        self._intake.take(self._room(), first=self._awaited)
        if self._intake:
            self.dates.look()
        begun = self._intake.begin()
        for held, given in begun:
            self._held[held.lease.name] = held
            self._begun.append(given)
        return len(begun)

    def _leases(self) -> list[Lease]:
        return [held.lease for held in self._held.values()] + self._intake.leases

    def _room(self) -> Room:
        """Return what the tower can still carry."""
        if self._is_to_drain or self._is_closing:
            return self._capacity.none()
        return self._capacity.room(self._leases())

    def _give_room(self) -> list[str]:
        """Return the shard to hand over, where another workspace's has waited for too long."""
        now = self._clock()
        if now - self._asked_at < yielding.LOOK_EVERY or self._is_to_drain or self._is_closing:
            return []
        self._asked_at = now
        asked = yielding.asked_of(self.tower)
        if asked is None:
            return []
        waiting, given = asked
        self._awaited = waiting.id
        giving = [
            held
            for held in self._held.values()
            if held.lease.shard == given.id and not held.gives_room  # told once: it takes seconds
        ]
        for held in giving:
            held.gives_room = True
            logger.info("gives room", extra={"shard": held.lease.name, "for": waiting.id})
        return [held.lease.name for held in giving]

    def _give_back_all(self) -> None:
        """Leave to other towers what this one has not begun."""
        self._intake.give_back()
        for name, held in list(self._held.items()):
            if held.report is None:
                leasing.give_back(held.lease)
                self._forget(name)
