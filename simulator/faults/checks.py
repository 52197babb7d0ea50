"""Whether what faults are aimed at is there in a lot, told before the run with its place.

Rule: a name that one part of the lot knows is right, for a fault meets whom it can.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from simulator.definition.behaviour.nesting import levels
from simulator.definition.document import Definition
from simulator.definition.model import nearest
from simulator.errors import Problem
from simulator.lot.aim import Aim
from simulator.lot.fault import Fault
from simulator.lot.faults import Frozen

OWN = ("id", "index")  # what every mock has


def fault_problems(
    faults: Sequence[Fault],
    parts: Sequence[tuple[str, Definition, int]],
    *,
    duration: float | None = None,
) -> tuple[Problem, ...]:
    """Return what faults name that a lot does not have.

    Args:
        faults: In the lot's order; a place begins with ``faults[2]``.
        parts: Name, definition and number of mocks of each part of the lot.
        duration: Of the run, s; None: it is not known, or the faults are put in by hand.

    Returns:
        Nothing when all that they name is there.
    """
    lot = _Known(parts)
    return tuple(
        Problem(f"faults[{place}]{where}", text)
        for place, fault in enumerate(faults)
        for where, text in _problems(fault, lot, duration)
    )


class _Known:
    """All names that some part of a lot knows."""

    def __init__(self, parts: Sequence[tuple[str, Definition, int]]) -> None:
        definitions = [definition for _, definition, _ in parts]
        self.parts = [name for name, _, _ in parts]
        self.count = sum(count for _, _, count in parts)
        self.statuses = _all(levels(each.statuses) for each in definitions)
        self.metrics = _all(each.metrics for each in definitions)
        self.changing = _all(each.changing for each in definitions)
        named = _all([*each.constants, *each.variables] for each in definitions)
        self.fixed = [*OWN, *(name for name in named if name not in self.changing)]


def _all(names: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(name for each in names for name in each))


def _problems(fault: Fault, lot: _Known, duration: float | None) -> Iterator[tuple[str, str]]:
    """Return places inside of a fault, and what is wrong there."""
    if duration is not None and fault.at >= duration:
        yield ".at", f"must be before the run's end at {duration:g} s, got {fault.at:g} s"
    yield from _aim_problems(fault.aim, lot)
    if isinstance(fault, Frozen):
        yield from _unknown(".metrics", "metric", fault.metrics, lot.metrics)


def _aim_problems(aim: Aim, lot: _Known) -> Iterator[tuple[str, str]]:
    yield from _unknown(".aim.parts", "part", aim.parts, lot.parts)
    yield from _unknown(".aim.status", "status", aim.status, lot.statuses)
    for name in aim.where:
        if name in lot.changing and name not in lot.fixed:
            yield f".aim.where.{name}", "may change during the run, and must be fixed for a mock"
        elif name not in lot.fixed:
            text = f"unknown variable {name!r}, {nearest(name, lot.fixed)}"
            yield f".aim.where.{name}", text
    if aim.index is not None and aim.index[0] >= lot.count:
        text = f"the lot has {lot.count:,} mocks, from 0 to {lot.count - 1:,}, got {aim.index[0]:,}"
        yield ".aim.index", text


def _unknown(
    place: str, kind: str, names: Sequence[str], known: Collection[str]
) -> Iterator[tuple[str, str]]:
    for number, name in enumerate(names):
        if name not in known:
            yield f"{place}[{number}]", f"unknown {kind} {name!r}, {nearest(name, known)}"
