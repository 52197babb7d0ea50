"""The way from one status to another: what is left, what is entered, which timers that moves.

Rule: what holds around both statuses goes on as if nothing had happened: its transitions count on,
and its messages keep their rhythm.
"""

from dataclasses import dataclass

from simulator.behaviour.exits import Exit
from simulator.behaviour.plan import Plan, Sending


@dataclass(frozen=True, slots=True)
class Passage:
    """One way. It does not depend on the mock."""

    after: int  # code
    left: tuple[int, ...]  # levels, the innermost first
    entered: tuple[int, ...]  # levels, the outermost first
    stops_all: bool  # every timer of statuses stops, because nothing holds around both
    stopped: tuple[int, ...]  # slots of exits
    silenced: tuple[int, ...]  # positions of messages
    awaited: tuple[Exit, ...]  # exits whose timers start
    started: tuple[Sending, ...]  # messages that begin one interval later
    starts_anew: bool  # a level is left that restarts the mock


def passage(plan: Plan, before: int | None, target: int, after: int) -> Passage:
    """Return the way from a status into another.

    Args:
        plan: All statuses.
        before: Code of the status that is left; None: the mock begins its life.
        target: The level that the way leads to. When it lies around ``before`` it is left and
            entered again.
        after: Code of the status in ``target`` that the mock is in then.
    """
    old = plan.chain(before) if before is not None else ()
    new = plan.chain(after)
    around = new[: new.index(target)]
    kept = [a for a, b in zip(around, old, strict=False) if a == b]
    left, entered = old[len(kept) :][::-1], new[len(kept) :]
    before_sends = plan.statuses[before].sends if before is not None else ()
    sends = plan.statuses[after].sends
    lasting = {each for each in before_sends if each.level in kept and each in sends}
    return Passage(
        after=after,
        left=left,
        entered=entered,
        stops_all=not kept,
        stopped=tuple(leaving.slot for level in left for leaving in plan.levels[level].exits),
        silenced=tuple(each.message for each in before_sends if each not in lasting),
        awaited=tuple(each for each in plan.statuses[after].exits if each.level not in kept),
        started=tuple(each for each in sends if each not in lasting),
        starts_anew=any(plan.levels[level].restarts for level in left),
    )
