"""Stops live runs of workspaces whose plan says so, once a month's limit of it is used up.

Rule: any number of clocks may: a run is stopped by a conditional change, and says why.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, Sum
from django.utils import timezone

from web.accounts.models import Workspace
from web.runs.actions import stop_run
from web.runs.models import LIVE, Run
from web.usage.limits import HOUR, plan_of
from web.usage.models import Plan, Use
from web.usage.months import month_of

MOST = 200  # runs that one look stops
MESSAGES = "The plan's limit of {limit:,} messages a month"
MOCK_HOURS = "The plan's limit of {limit:,} mock-hours a month"


def look(now: datetime | None = None) -> int:
    """Stop what is over its plan; return how many runs. Nothing where no plan stops runs."""
    if not Plan.objects.filter(stops_runs=True).exists():
        return 0
    stopped = 0
    for workspace, why in used_up(now or timezone.now()):
        live = Run.objects.filter(workspace=workspace, state__in=LIVE, stop_requested=None)
        stopped += sum(stop_run(run, by=why) for run in live.select_related("workspace")[:MOST])
    return stopped


def used_up(now: datetime) -> Iterator[tuple[Workspace, str]]:
    """Yield the workspaces with live runs whose plan stops them, each with what is used up."""
    own = Q(subscription__plan__stops_runs=True)
    if Plan.objects.filter(stops_runs=True, is_default=True).exists():
        own |= Q(subscription=None)
    live = Run.objects.filter(state__in=LIVE, stop_requested=None).values("workspace")
    for workspace in Workspace.objects.filter(own, id__in=live).order_by("id"):
        plan = plan_of(workspace)
        if plan and (why := why_over(plan, workspace, now=now)):
            yield workspace, why


def why_over(plan: Plan, workspace: Workspace, *, now: datetime) -> str:
    """Return which limit of a month is used up, as the words for who stops; empty: none is."""
    uses = Use.objects.filter(workspace_code=workspace.code, month=month_of(now))
    sums = uses.aggregate(messages=Sum("messages"), mock_seconds=Sum("mock_seconds"))
    if plan.messages is not None and (sums["messages"] or 0) >= plan.messages:
        return MESSAGES.format(limit=plan.messages)
    if plan.mock_hours is not None and (sums["mock_seconds"] or 0) / HOUR >= plan.mock_hours:
        return MOCK_HOURS.format(limit=plan.mock_hours)
    return ""
