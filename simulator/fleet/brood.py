"""The devices behind gateways: a fleet of their own, which speaks through that of the gateways.

Rule: a child is on line only while its gateway is. What it sends goes out in the gateway's row,
under its own name.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.plan import Plan
from simulator.behaviour.topics import matches
from simulator.definition.children import Children
from simulator.definition.document import Definition
from simulator.definition.metrics.generator import Generator
from simulator.definition.metrics.variables import Once
from simulator.errors import DefinitionError, Problem
from simulator.fleet.due import Batch, Due, Move
from simulator.fleet.readings import fixed_values
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.randomness import FloatArray, IntArray

if TYPE_CHECKING:
    from simulator.fleet.fleet import Fleet

MAX_CHILDREN = 100_000  # of all gateways of a fleet; some 100 MB
OFF_LINE = "not connected: the gateway is off line"
SWITCHED_OFF = "not connected: its status keeps the device off line"


class _ParentId(Generator):
    """The id of the gateway; not a word of the document."""

    gateway: Definition
    count: int

    def column(self, cast: Cast, metric: str) -> Column:  # noqa: ARG002
        first, last = cast.first // self.count, (cast.first + cast.count - 1) // self.count
        parents = replace(cast, first=first, count=last - first + 1)
        names = fixed_values(self.gateway, parents)["id"]
        return _Given(names[cast.numbers // self.count - first])


class _Number(Generator):
    """A child's number in its gateway, from 0; not a word of the document."""

    count: int

    def column(self, cast: Cast, metric: str) -> Column:  # noqa: ARG002
        return _Given(cast.numbers % self.count)


class _Given(Column):
    def __init__(self, values: Values) -> None:
        self._values = values

    def draw(self, sample: Sample) -> Values:
        return self._values[sample.rows]


def child_definition(children: Children, gateway: Definition) -> Definition:
    """Return the children's definition, which knows ``parent`` and ``child``."""
    own: Definition = children.definition
    known = {
        "parent": Once(generator=_ParentId(gateway=gateway, count=children.count)),
        "child": Once(generator=_Number(count=children.count)),
    }
    constants = {name: value for name, value in own.constants.items() if name not in known}
    child = own.model_copy(update={"constants": constants, "variables": {**known, **own.variables}})
    child._source = own.source
    return child


class Brood:
    """The children of ``parents`` gateways; child ``c`` of row ``r`` has row ``r · count + c``."""

    def __init__(
        self,
        children: Children,
        gateway: Definition,
        make: "Callable[..., Fleet]",
        *,
        parents: int,
        offset: int,
        is_connected: tuple[bool, ...],
        first: int,
        total: int,
        base: int,
        **settings: Any,
    ) -> None:
        """Make them.

        Args:
            children: What the gateway's definition says.
            gateway: That definition.
            make: Makes a fleet.
            parents: How many gateways.
            offset: How many statuses the gateways have; the children's codes come after them.
            is_connected: Of each status of a gateway, whether it is on line in it.
            first: Number of the first gateway.
            total: Gateways of the run.
            base: Number of the first gateway of this definition.
            settings: More of the fleet's.

        Raises:
            DefinitionError: They are too many.
        """
        count = children.count
        if parents * count > MAX_CHILDREN:
            text = f"{parents:,} gateways of a shard may have {MAX_CHILDREN:,} children together"
            raise DefinitionError(Problem("children.count", f"{text}, got {parents * count:,}"))
        self._count = count
        self._offset = offset
        self._is_connected = is_connected
        self.fleet = make(
            child_definition(children, gateway),
            first=first * count,
            count=parents * count,
            total=total * count,
            base=base * count,
            **settings,
        )
        self._is_up: NDArray[np.bool_] = np.zeros(parents, dtype=bool)  # the gateways
        # Connections are there at once: who has had one by now. See ``catch_up``.
        self._is_instant = False
        self._has_begun: NDArray[np.bool_] = np.zeros(parents, dtype=bool)
        self._has_ended: NDArray[np.bool_] = np.zeros(parents, dtype=bool)

    def rows(self, parents: IntArray) -> IntArray:
        """Return the rows of all children of some gateways."""
        places = parents[:, None] * self._count + np.arange(self._count)
        return places.reshape(-1)

    def connected(self, parents: IntArray, t: float) -> None:
        """Bring the children on line that want to be; others when they come to want it."""
        self._is_up[parents] = True
        rows = self.rows(parents)
        wanted = np.zeros(len(self._is_up) * self._count, dtype=bool)
        wanted[self.fleet.wanted] = True
        self.fleet.connected(rows[wanted[rows]].tolist(), t)

    def catch_up(self, is_up: NDArray[np.bool_], born: FloatArray) -> None:
        """Bring the children of those gateways on line that were so from their birth (s) on."""
        self._is_instant = True
        new = np.flatnonzero(is_up & ~self._is_up & ~self._has_begun)
        self._has_begun[new] = True
        for t in np.unique(born[new]).tolist():
            self.connected(new[born[new] == t], t)

    def disconnected(self, parents: IntArray, t: float) -> None:
        """Take the children off line."""
        self._is_up[parents] = False
        self.fleet.disconnected(self.rows(parents).tolist(), t)

    def received(self, parent: int, topic: str, payload: bytes, t: float) -> None:
        """Hand a message to those children that listen to its topic."""
        for row in range(parent * self._count, (parent + 1) * self._count):
            if any(matches(each, topic) for each in self.fleet.subscriptions(row)):
                self.fleet.received(row, topic, payload, t)

    def subscriptions(self, parent: int) -> tuple[str, ...]:
        """Return the topic filters of all children of a gateway."""
        rows = range(parent * self._count, (parent + 1) * self._count)
        return tuple(each for row in rows for each in self.fleet.subscriptions(row))

    def follow(self, due: Due, until: float) -> None:
        """Let the children live until a time, and put what they do into the gateways' ``due``.

        Where a gateway goes off line on the way, its children do at that moment.
        """
        for move in sorted(due.moves, key=lambda each: each.t):
            is_on = self._is_connected[move.after]
            if is_on == self._is_connected[move.before] or is_on != (not self._is_up[move.row]):
                continue
            self._live(move.t, due)
            parents = np.array([move.row])
            if not is_on:
                self.disconnected(parents, move.t)
            elif self._is_instant:
                self.connected(parents, move.t)
        self._live(until, due)
        self._has_ended[due.ended] = True

    def backlog(self) -> list[Batch]:
        """Take out all that waits in the children's buffers."""
        return [self._spoken(batch) for batch in self.fleet.backlog()]

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that the children remember."""
        return {
            "fleet": np.frombuffer(self.fleet.state(), dtype=np.uint8),
            "up": self._is_up.copy(),
            "ended": self._has_ended.copy(),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` gave.

        Raises:
            ValueError: It is of other children.
        """
        self.fleet.restore(state["fleet"].tobytes())
        self._is_up[:], self._has_ended[:] = state["up"], state["ended"]

    def _live(self, t: float, due: Due) -> None:
        while self.fleet.next_due() <= t:
            own = self.fleet.due(t)
            asking = np.array(own.connect, dtype=np.int64)
            self.fleet.connected(asking[self._is_up[asking // self._count]].tolist(), t)
            due.moves.extend(self._move(each) for each in own.moves)
            due.drops.extend((self._spoken(batch), why) for batch, why in own.drops)
            for batch in own.sends:
                self._send(batch, due)

    def _send(self, batch: Batch, due: Due) -> None:
        """Put a batch among the sends, but for those children that are off line."""
        parents = batch.rows // self._count
        is_up = self._is_up[parents]
        wanted = np.zeros(len(self._is_up) * self._count, dtype=bool)
        wanted[self.fleet.wanted] = True
        is_off = is_up & ~wanted[batch.rows]
        is_lost = ~is_up & ~self._has_ended[parents]
        for who, why in ((is_lost, OFF_LINE), (is_off, SWITCHED_OFF)):
            if who.any():
                due.drops.append((self._spoken(batch.only(who)), why))
        going = is_up & ~is_off
        if going.any():
            due.sends.append(self._spoken(batch.only(going)))

    def _spoken(self, batch: Batch) -> Batch:
        """Return a batch of children as one of their gateways."""
        names = self.fleet.identities
        return replace(
            batch,
            rows=batch.rows // self._count,
            statuses=batch.statuses + np.uint8(self._offset),
            devices=[names[row] for row in batch.rows.tolist()],
        )

    def _move(self, move: Move) -> Move:
        return replace(
            move,
            row=move.row // self._count,
            before=move.before + self._offset,
            after=move.after + self._offset,
            device=self.fleet.identities[move.row],
        )


def brood_of(
    definition: Definition,
    cast: Cast,
    make: "Callable[..., Fleet]",
    *,
    plan: Plan,
    **settings: Any,
) -> Brood | None:
    """Return the devices behind mocks; None when these are no gateways.

    Args:
        definition: That of the mocks.
        cast: The mocks.
        make: Makes a fleet.
        plan: The statuses of the mocks.
        settings: More of the fleet's.

    Raises:
        DefinitionError: They are too many.
    """
    if definition.children is None:
        return None
    return Brood(
        definition.children,
        definition,
        make,
        parents=cast.count,
        offset=len(cast.statuses),
        is_connected=tuple(s.is_connected and not s.is_end for s in plan.statuses),
        first=cast.first,
        total=cast.base + cast.total,
        base=cast.base,
        seed=cast.seed,
        epoch=cast.epoch,
        **settings,
    )
