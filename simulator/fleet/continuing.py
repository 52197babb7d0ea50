"""How a fleet goes on elsewhere: what it remembers, given out and taken back.

Rule: between two calls of ``due``; what is not remembered is made anew from the same arguments.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.fleet import checkpoint
from simulator.fleet.parts import Parts
from simulator.fleet.population import Population
from simulator.randomness import IntArray

if TYPE_CHECKING:
    from simulator.fleet.brood import Brood


class Continuing:
    """The half of a fleet that is about going on; ``of`` says which fleet may go on from it."""

    of: dict[str, Any]
    _mocks: Population
    _parts: Parts
    _brood: "Brood | None"
    _reached: float

    def state(self) -> bytes:
        """Return all that the fleet needs to go on elsewhere; between two calls of ``due``.

        A fleet that is made with the same arguments and takes it by ``restore`` sends the same
        bytes from here on. See ``fleet/checkpoint.py`` for the layout.
        """
        return checkpoint.pack(self.of, self.memory())

    def memory(self) -> checkpoint.Memory:
        """Return what ``state`` packs, for who keeps more beside it."""
        memory = {"reached": np.array([self._reached])}
        for name, part in self._remembering().items():
            memory |= checkpoint.under(name, part.state())
        return memory

    def restore(self, state: bytes) -> None:
        """Go on where the fleet was that gave ``state``; to be called before anything else.

        Connections do not move along: whoever takes the fleet over connects ``wanted``, and says
        ``disconnected`` of those in it that are not connected at once.

        Raises:
            ValueError: It is damaged, or of another version, definition or slice of a run. The
                fleet is then not to be used.
        """
        self.recall(checkpoint.unpack(state, self.of))

    def recall(self, memory: checkpoint.Memory) -> None:
        """Go on as ``restore`` does, with what ``memory`` of the same fleet gave."""
        try:
            for name, part in self._remembering().items():
                part.restore(checkpoint.part_of(memory, name))
            self._reached = float(memory["reached"][0])
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError(f"checkpoint lacks what this fleet remembers: {error!r}") from None

    @property
    def wanted(self) -> list[int]:
        """The rows of the mocks that are to be connected now."""
        return np.flatnonzero(self._mocks.wanted).tolist()

    @property
    def reached(self) -> float:
        """Up to when it was asked, s of the run."""
        return self._reached

    @property
    def numbers(self) -> IntArray:
        """The last sequence number of each mock, then of each device behind one; a copy."""
        own = self._mocks.sequence.copy()
        return np.concatenate([own, self._brood.fleet.numbers]) if self._brood else own

    def count_from(self, numbers: IntArray) -> None:
        """Leave out sequence numbers: nobody's next one is below its own in ``numbers``, plus 1.

        They are no sends: what a transition waits for is not reached by it. The order is that of
        the property ``numbers``.
        """
        own = self._mocks.sequence
        by = np.maximum(numbers[: len(own)] - own, 0)
        own += by
        self._parts.departures.counts.skip(by)
        if self._brood:
            self._brood.fleet.count_from(numbers[len(own) :])

    @property
    def busiest(self) -> float:
        """Messages/s of a mock, or of a device behind one, in the status that sends most, at the
        rate that is in force."""
        own = self._parts.plan.busiest * max(self._mocks.factors, default=1.0)
        return max(own, self._brood.fleet.busiest) if self._brood else own

    def _remembering(self) -> dict[str, checkpoint.Remembering]:
        """Return everything that remembers something, by the name it has in a checkpoint."""
        children = {"children": self._brood} if self._brood else {}
        return {**children, **self._parts.remembering()}
