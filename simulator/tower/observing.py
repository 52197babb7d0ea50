"""The observers of a tower: one connection for each run whose target offers a way back.

Rule: an observer is a client like the mocks, over the same road; what it hears is told to
``Following``, which decides.
"""

import asyncio
import logging
from collections.abc import Callable

from simulator.errors import DefinitionError, Problem
from simulator.lot import Credentials, MqttTarget, Target
from simulator.lot.way_back import Subscription
from simulator.tower.asking import Exchanging, MakeExchange
from simulator.tower.assignment import Assignment
from simulator.tower.following import Arrivals, Following
from simulator.transports import Identity, Parcel

logger = logging.getLogger(__name__)


class Observer:
    """Listens to what arrives of one run; a ``Listener`` of its exchange, whose row 0 it is."""

    def __init__(
        self,
        assignment: Assignment,
        way: Subscription,
        *,
        tower: str,
        make_exchange: MakeExchange,
        clock: Callable[[], float],
    ) -> None:
        """Connect. Raises DefinitionError when it has no user name or password of its own."""
        target = _own_target(assignment.lot.target)
        identity = _identity(assignment, way, tower=tower)
        self.following = Following(way.filter, within=way.within)
        self.users = 0  # shards
        self._clock = clock
        self._run = assignment.lot.run
        self.exchange: Exchanging = make_exchange(target, listener=self, clock=clock)
        self.exchange.connect(0, identity)

    def opened(self, row: int) -> None:  # noqa: ARG002
        """It is connected and has subscribed."""
        self.following.begin()

    def lost(self, row: int, reason: str) -> None:  # noqa: ARG002
        """It hears nothing until it is connected again, which the exchange sees to."""
        logger.warning("run=%s: the observer has no connection: %s", self._run, reason)
        self.following.end()

    def settled(self, parcel: Parcel, at: float, reason: str) -> None:
        """It sends nothing."""

    def received(self, row: int, topic: str, payload: bytes) -> None:  # noqa: ARG002
        """A message has arrived."""
        self.following.arrived(topic, payload, self._clock())

    def end_second(self, now: float) -> None:
        """Once a second: keep the connection alive, and give up what was awaited too long."""
        self.exchange.sweep(now)
        self.following.expire(now)


class Observers:
    """Those of a tower: one a run, as long as it has shards here."""

    def __init__(
        self, *, tower: str, make_exchange: MakeExchange, clock: Callable[[], float]
    ) -> None:
        self._tower = tower
        self._make_exchange = make_exchange
        self._clock = clock
        self._by_run: dict[str, Observer] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def enter(self, assignment: Assignment) -> Observer | None:
        """Return the observer of a shard's run, which ``leave`` must follow; None: it has none.

        Raises:
            DefinitionError: It has no user name or password of its own.
        """
        way = assignment.lot.target.way_back
        if not isinstance(way, Subscription):
            return None
        run = assignment.lot.run
        if run not in self._by_run:
            self._by_run[run] = Observer(
                assignment,
                way,
                tower=self._tower,
                make_exchange=self._make_exchange,
                clock=self._clock,
            )
        self._by_run[run].users += 1
        return self._by_run[run]

    def leave(self, observer: Observer | None) -> None:
        """Take note that one of its shards has ended; after the last it disconnects."""
        if observer is None:
            return
        observer.users -= 1
        if observer.users:
            return
        self._by_run = {run: each for run, each in self._by_run.items() if each is not observer}
        task = asyncio.get_running_loop().create_task(observer.exchange.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def end_second(self, now: float) -> None:
        """Once a second."""
        for observer in self._by_run.values():
            observer.end_second(now)

    async def close(self) -> None:
        """Wait for those that disconnect."""
        if self._closing:
            await asyncio.wait(self._closing)


class Watch:
    """What one shard asks of the observer of its run."""

    def __init__(self, observer: Observer, clock: Callable[[], float]) -> None:
        self._following = observer.following
        self._clock = clock
        self.arrivals = Arrivals()

    def sending(self, parcels: list[Parcel]) -> None:
        """Follow parcels that are about to be sent."""
        now = self._clock()
        for parcel in parcels:
            self._following.sending(parcel, self.arrivals, now)

    @property
    def is_awaiting(self) -> bool:
        """Whether something may still arrive."""
        return self.arrivals.awaited > 0

    def let_go(self) -> None:
        """Follow nothing any more: the shard goes on in another tower."""
        self._following.let_go(self.arrivals)

    def give_up(self) -> None:
        """Await nothing any more."""
        self._following.give_up(self.arrivals)


def _own_target(target: Target) -> Target:
    """Return the target without what is of mocks alone."""
    changes = {"will": None, "deal": None} if isinstance(target, MqttTarget) else {"deal": None}
    return target.model_copy(update=changes)


def _identity(assignment: Assignment, way: Subscription, *, tower: str) -> Identity:
    secrets, run = assignment.secrets, assignment.lot.run
    username, password = _papers(secrets)
    name = f"observer-{run[:8]}-{tower[-12:]}".replace("/", "-")
    return Identity(
        client_id=name, username=username, password=password, subscriptions=(way.filter,)
    )


def _papers(secrets: Credentials) -> tuple[str, str]:
    """Return the observer's user name and password: its own, or those that all mocks share."""
    if secrets.observer_username or secrets.observer_password:
        return secrets.observer_username, secrets.observer_password
    if "{" in secrets.username or not isinstance(secrets.password, str):
        text = "needs one, for each mock has credentials of its own and the observer is none"
        raise DefinitionError(Problem("target.observer_username", text))
    return secrets.username, secrets.password
