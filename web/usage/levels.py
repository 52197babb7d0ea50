"""How near a workspace is to the limits of its plan, for rules that watch them."""

from collections.abc import Iterable

from web.accounts.models import Workspace
from web.alerts.rules import Level
from web.usage import limits


def of_plan(workspace: Workspace) -> Iterable[Level]:
    """Yield how far each limit of a workspace's plan is used up, in percent."""
    plan = limits.plan_of(workspace)
    if plan is None:
        return
    for limit in limits.limits_of(plan, limits.taken(workspace, plan)):
        yield Level(name=limit.name, value=limit.percent, words=limit.words)
