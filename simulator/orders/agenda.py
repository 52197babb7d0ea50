"""The orders of one shard in order of time: those of its lot, and those given while it runs.

Rule: told the time. Each order has a place, the same in all shards of a run, and is taken once,
however often it is given.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from simulator.errors import DefinitionError
from simulator.faults import Span
from simulator.lot.order import Order
from simulator.lot.orders import Pause, Rate, Resume, order_of

MAX_GIVEN = 1_000  # orders of one run, besides those of its lot
MAX_SPANS = 500  # that are remembered for charts; older ones are forgotten first
PLACE = "order."  # begins the place of each: its position in the lot's list, or its name


class Entry(NamedTuple):
    """An order that is to be obeyed."""

    at: float  # s since the run's start
    turn: int  # among those of the same moment
    place: str
    order: Order

    @property
    def draw(self) -> str:
        """What the drawing of its share is named after."""
        return f"{self.place}.aim"


class Agenda:
    """What is to be obeyed, and what was. Times are s since the run's start."""

    def __init__(self, orders: Sequence[Order] = ()) -> None:
        """``orders``: the lot's, in its order."""
        self._heap: list[Entry] = []
        self._known: set[str] = set()
        self._spans: dict[str, Span] = {}
        self._turn = 0
        self._given = 0
        for position, order in enumerate(orders):
            self._plan(f"{PLACE}{position}", order, order.at)

    def give(self, order: Order, name: str, since: float) -> None:
        """Take an order that takes effect ``order.at`` s after ``since``; known ones are left out.

        Raises:
            DefinitionError: There are too many.
        """
        place = f"{PLACE}{name}"
        if place in self._known:
            return
        if self._given >= MAX_GIVEN:
            raise DefinitionError(f"a run takes at most {MAX_GIVEN:,} orders")
        self._given += 1
        self._plan(place, order, since + order.at)

    def next_due(self) -> float:
        """When the next order is due; inf: none is."""
        return self._heap[0].at if self._heap else math.inf

    def take(self, t: float) -> list[Entry]:
        """Take out what is due at ``t`` or before, the earliest first."""
        due = []
        while self._heap and self._heap[0].at <= t:
            due.append(heapq.heappop(self._heap))
        return due

    def obeyed(self, entry: Entry, t: float, *, mocks: int) -> None:
        """Note that an order took effect at ``t`` on so many mocks of the shard."""
        order = entry.order
        if isinstance(order, Resume):
            self._close("pause", t)
        elif isinstance(order, Rate):
            self._close("rate", t, f" of {', '.join(order.messages)}" if order.messages else "")
        is_over = not order.lasts or (isinstance(order, Rate) and order.factor == 1.0)
        is_over |= isinstance(order, Pause) and self._is_open("pause")
        if len(self._spans) >= MAX_SPANS:
            del self._spans[next(iter(self._spans))]
        self._spans[entry.place] = Span(
            entry.place, 0, order.title, order.order, t, t if is_over else math.inf, mocks
        )

    @property
    def spans(self) -> tuple[Span, ...]:
        """The last ``MAX_SPANS`` orders that took effect, oldest first."""
        return tuple(self._spans.values())

    def state(self) -> dict[str, Any]:
        """Return what is to be obeyed and what was, as plain data."""
        waiting = [[e.at, e.place, e.order.model_dump(mode="json")] for e in sorted(self._heap)]
        known, spans = sorted(self._known), [list(span) for span in self.spans]
        return {"waiting": waiting, "known": known, "given": self._given, "spans": spans}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take back what ``state`` of the same lot gave; nothing was obeyed before."""
        self._heap = []
        for at, place, said in state["waiting"]:
            self._plan(place, order_of(said), at)
        self._known = set(state["known"])
        self._given = state["given"]
        self._spans = {span[0]: Span(*span) for span in state["spans"]}

    def _plan(self, place: str, order: Order, at: float) -> None:
        self._known.add(place)
        self._turn += 1
        heapq.heappush(self._heap, Entry(at, self._turn, place, order))

    def _is_open(self, kind: str) -> bool:
        return any(s.fault == kind and math.isinf(s.end) for s in self._spans.values())

    def _close(self, kind: str, t: float, tail: str = "") -> None:
        """End what is in force of one kind, where its title ends so."""
        for place, span in self._spans.items():
            if span.fault == kind and math.isinf(span.end) and span.title.endswith(tail):
                self._spans[place] = span._replace(end=t)
