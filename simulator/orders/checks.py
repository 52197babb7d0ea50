"""Whether orders can work: what they name is there, and they come before the run's end.

Rule: told before anything is done, with its place. A name that one part of the lot knows is right,
for an order meets whom it can.
"""

from collections.abc import Iterator, Sequence

from simulator.definition.behaviour.nesting import levels
from simulator.definition.document import Definition
from simulator.definition.model import nearest
from simulator.errors import Problem
from simulator.faults.checks import aim_problems
from simulator.lot.order import AimedOrder, Order
from simulator.lot.orders import Force, Rate, Send


def order_problems(
    orders: Sequence[Order],
    parts: Sequence[tuple[str, Definition, int]],
    *,
    duration: float | None = None,
) -> tuple[Problem, ...]:
    """Return what of some orders cannot work.

    Args:
        orders: In the lot's order; a place begins with ``orders[2]``.
        parts: Name, definition and number of mocks of each part of the lot.
        duration: Of the run, s; None: the orders are given while it goes on.
    """
    return tuple(
        Problem(f"orders[{place}]{where}", text)
        for place, order in enumerate(orders)
        for where, text in _problems(order, parts, duration)
    )


def _problems(
    order: Order, parts: Sequence[tuple[str, Definition, int]], duration: float | None
) -> Iterator[tuple[str, str]]:
    """Return places inside of an order, and what is wrong there."""
    if duration is not None and order.at >= duration:
        yield ".at", f"must be before the run's end at {duration:g} s, got {order.at:g} s"
    if isinstance(order, AimedOrder):
        yield from aim_problems(order.aim, parts)
    definitions = [definition for _, definition, _ in parts]
    if isinstance(order, Force):
        yield from _unknown(".status", "status", [order.status], statuses_of(definitions))
    elif isinstance(order, Send):
        yield from _unknown(".message", "message", [order.message], messages_of(definitions))
    elif isinstance(order, Rate):
        yield from _unknown(".messages", "message", order.messages, messages_of(definitions))


def order_names(definition: Definition) -> dict[str, list[str]]:
    """Return what orders to mocks of a definition may name: ``statuses`` and ``messages``."""
    return {"statuses": statuses_of([definition]), "messages": messages_of([definition])}


def statuses_of(definitions: Sequence[Definition]) -> list[str]:
    """Return the names of all statuses of some definitions, each once."""
    return list(dict.fromkeys(name for each in definitions for name in levels(each.statuses)))


def messages_of(definitions: Sequence[Definition]) -> list[str]:
    """Return the names of all messages of some definitions, each once."""
    return list(dict.fromkeys(name for each in definitions for name in each.messages))


def _unknown(
    place: str, kind: str, names: Sequence[str], known: Sequence[str]
) -> Iterator[tuple[str, str]]:
    for name in names:
        if name not in known:
            yield place, f"unknown {kind} {name!r}, {nearest(name, known)}"
