"""A single short visit to a target: whether it lets somebody in, and what it then says.

Rule: one connection, one message at most, and a limit of time; nothing is tried again.
"""

import asyncio
import secrets as dice
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulator.credentials import CredentialTable, Papers
from simulator.errors import DefinitionError
from simulator.lot import Credentials, Target
from simulator.transports import Identity, Parcel, exchange_to

VISIT_WITHIN = 10.0  # s that a visit takes at most
MOST_HEARD = 20  # messages that are listened to
MOST_PAYLOAD = 1_000  # bytes of each that are kept
NAME = "mocklot-visitor"


@dataclass(slots=True)
class Visit:
    """What came of it: ``is_in`` whether it was let in, else ``reason`` says why not."""

    is_in: bool = False
    reason: str = ""
    heard: list[tuple[str, bytes]] = field(default_factory=list)


class Visitor:
    """Goes there once; a ``Listener`` of its exchange."""

    def __init__(self, until: Callable[[Visit], bool]) -> None:
        self.visit = Visit()
        self.done = asyncio.Event()
        self._until = until

    def opened(self, row: int) -> None:  # noqa: ARG002
        """It is let in."""
        self.visit.is_in, self.visit.reason = True, ""
        self._look()

    def lost(self, row: int, reason: str) -> None:  # noqa: ARG002
        """It is not, or is thrown out."""
        self.visit.reason = reason
        self.done.set()

    def settled(self, parcel: Parcel, at: float, reason: str) -> None:
        """Its message has arrived, or has not."""

    def received(self, row: int, topic: str, payload: bytes) -> None:  # noqa: ARG002
        """It is told something."""
        if len(self.visit.heard) < MOST_HEARD:
            self.visit.heard.append((topic, payload[:MOST_PAYLOAD]))
        self._look()

    def _look(self) -> None:
        if self._until(self.visit):
            self.done.set()


def is_let_in(visit: Visit) -> bool:
    """Whether the door has opened: all that some visits are for."""
    return visit.is_in


async def visit(
    target: Target,
    identity: Identity,
    *,
    say: tuple[str, bytes] | None = None,
    until: Callable[[Visit], bool] = is_let_in,
    within: float = VISIT_WITHIN,
) -> Visit:
    """Connect once, say one thing, and listen until ``until`` is satisfied or the time is over."""
    visitor = Visitor(until)
    exchange = exchange_to(target, listener=visitor)
    try:
        exchange.connect(0, identity)
        async with asyncio.timeout(within):
            await _going_on(visitor, exchange, say)
    except TimeoutError:
        visitor.visit.reason = visitor.visit.reason or f"no answer within {within:g} s"
    finally:
        await exchange.close()
    return visitor.visit


async def _going_on(visitor: Visitor, exchange: Any, say: tuple[str, bytes] | None) -> None:
    """Return when all is said and heard."""
    while not visitor.done.is_set():
        if say and visitor.visit.is_in:
            parcel = Parcel(row=0, address=say[0], payload=say[1], qos=0, retain=False)
            exchange.send(0, parcel)
            say = None
        try:
            async with asyncio.timeout(0.2):  # s between two sweeps
                await visitor.done.wait()
        except TimeoutError:
            exchange.sweep(time.monotonic())


def foreigner() -> Identity:
    """Return somebody whom no target knows."""
    name = dice.token_hex(8)
    return Identity(client_id=name, username=name, password=dice.token_hex(8), token=name)


def first_mock(
    target: Target,
    secrets: Credentials,
    table: CredentialTable | None,
    *,
    subscriptions: tuple[str, ...] = (),
) -> Identity:
    """Return who the first mock of a target would be, without any definition.

    Raises:
        DefinitionError: What it shows is made of something that only a definition knows.
    """
    fixed = {"id": np.array([NAME]), "index": np.array([0])}
    own = target.model_copy(update={"will": None}) if hasattr(target, "will") else target
    papers = Papers(own, secrets, numbers=np.array([0]), fixed=fixed, table=table, clock=time.time)
    certificate, key = papers.certificate(0)
    return Identity(
        client_id=papers.client_id(0),
        username=papers.username(0),
        password=papers.password(0),
        token=papers.token(0),
        id=NAME,
        subscriptions=subscriptions,
        certificate=certificate,
        key=key,
    )


def visitors_of(
    target: Target,
    secrets: Credentials,
    table: CredentialTable | None,
    *,
    subscriptions: tuple[str, ...] = (),
    say: tuple[str, bytes] | None = None,
    until: Callable[[Visit], bool] = is_let_in,
) -> Callable[[], Any]:
    """Return what visits a target twice: as somebody unknown, then as its first mock.

    Returns:
        A coroutine function that returns (visit of the unknown, visit of the mock).

    Raises:
        DefinitionError: As ``first_mock``; a library that is missing.
    """
    own = first_mock(target, secrets, table, subscriptions=subscriptions)
    bare = target.model_copy(update={"deal": None})

    async def both() -> tuple[Visit, Visit]:
        try:
            stranger = await visit(bare, foreigner())
        except DefinitionError as error:
            stranger = Visit(reason=str(error))
        return stranger, await visit(target, own, say=say, until=until)

    return both
