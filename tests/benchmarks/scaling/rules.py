"""The two rules that are compared: by throughput, as autoscalers often go, and ours."""

from math import ceil

from tests.benchmarks.scaling.worlds import Rule
from web.scaling.rule import Inputs, Limits, Memory, decide

FULL = 0.7  # of what a dyno can do, that the rule by throughput aims at


def by_throughput(per_dyno: float, *, most: int) -> Rule:
    """Return the rule that has as many dynos as what was done needs.

    Args:
        per_dyno: What one can do in a second.
        most: Dynos.
    """

    def rule(inputs: Inputs, done: float) -> int:
        return min(most, max(1, ceil(done / (per_dyno * FULL))))

    return rule


def ours(*, most: int, late: float) -> Rule:
    """Return the product's own rule, with what it remembers.

    Args:
        most: Dynos.
        late: s of lateness that cannot wait.
    """
    memory, limits = Memory(), Limits(most=most, late=late)

    def rule(inputs: Inputs, done: float) -> int:
        nonlocal memory
        decision = decide(inputs, memory, limits)
        memory = decision.memory
        return decision.target or 0

    return rule
