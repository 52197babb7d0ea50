"""What a workspace's plan lets it use: held when a run starts or grows, and told to who watches.

Rule: a run that was let start is carried through to its end, whatever is used up meanwhile, unless
its plan says that it is stopped. What is held is held again under a lock of the workspace's row, so
that of two starts at once the second sees the first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Sum
from django.utils import timezone

from web.accounts.models import Workspace
from web.logs import retention
from web.runs.models import LIVE, Run
from web.runs.presence import presences_of
from web.runs.snapshot import CannotStart
from web.usage.models import Plan, Subscription, Use
from web.usage.months import begin_of, end_of, month_of, next_month

HOUR = 3_600.0  # s
NO_LIMITS = "No limits"
TOO_MANY_RUNS = (
    "The plan of this workspace ({plan}) has {limit} runs at once, and {used} have not ended. "
    "{free} Stop one of them, wait, or ask the operators for another plan."
)
TOO_MANY_MOCKS = (
    "The plan of this workspace ({plan}) has {limit:,} mocks at once. {used:,} are taken, and this "
    "run has {own:,}. {free} Start fewer, stop a run, or ask the operators for another plan."
)
HOURS_USED_UP = (
    "The plan of this workspace ({plan}) has {limit:,} mock-hours a month. {used:,.1f} of "
    "{month:%B %Y} are used or taken by live runs, and this run would take {own:,.1f}. It begins "
    "anew on {free:%-d %B %Y} (UTC). Start fewer mocks or a shorter lot, or ask the operators for "
    "another plan."
)
MESSAGES_USED_UP = (
    "The plan of this workspace ({plan}) has {limit:,} messages a month, and {used:,} of "
    "{month:%B %Y} are used. It begins anew on {free:%-d %B %Y} (UTC). Wait for it, or ask the "
    "operators for another plan."
)
TOO_MANY_MESSAGES = (
    "The plan of this workspace ({plan}) has {limit:,} messages a month. {used:,} of {month:%B %Y} "
    "are used, and this run would send about {own:,}. It begins anew on {free:%-d %B %Y} (UTC). "
    "Start fewer mocks or a shorter lot, or ask the operators for another plan."
)
LOGS_FULL = (
    "The plan of this workspace ({plan}) keeps {limit:,} GB of logs, and {used:,.1f} are there. "
    "There is room again once runs are deleted, or a shorter retention has removed the oldest "
    "logs. Or ask the operators for another plan."
)
CANNOT_GROW = (
    "The plan of this workspace ({plan}) has {limit:,} mocks at once, and {used:,} of other runs "
    "are taken. Say {left:,} or fewer, or stop another run."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a run is going to use; ``messages`` None: nobody has estimated it."""

    mocks: int
    mock_seconds: float  # of the present month
    messages: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a workspace uses now, and has used this month."""

    month: date
    runs: int = 0
    mocks: int = 0  # of live runs, at most
    mock_seconds: float = 0.0  # of the month, with what live runs are going to use of it
    messages: int = 0  # of the month, so far
    log_bytes: int = 0
    first_end: datetime | None = None  # when the first live run is over, as far as that is known


def plan_of(workspace: Workspace) -> Plan | None:
    """Return the plan that holds for a workspace; None: there are no limits."""
    given = Subscription.objects.select_related("plan").filter(workspace=workspace).first()
    return given.plan if given else Plan.objects.filter(is_default=True).first()


def hold(workspace: Workspace, wanted: Wanted, *, is_locked: bool = False) -> None:
    """Refuse a run that is more than the workspace's plan has.

    Args:
        workspace: Whose.
        wanted: What it is going to use.
        is_locked: In the transaction that makes the run: who starts another one waits for its end.

    Raises:
        CannotStart: It says the limit, what is used, when it is free again, and what to do.
    """
    plan = plan_of(workspace)
    if plan is None:
        return
    if is_locked:
        lock(workspace)
    for trouble in troubles(plan, wanted, taken(workspace, plan)):
        raise CannotStart(trouble)


def lock(workspace: Workspace) -> None:
    """Let whoever else starts or grows a run of a workspace wait for this transaction's end."""
    list(Workspace.objects.filter(id=workspace.id).select_for_update(no_key=True))


def troubles(plan: Plan, wanted: Wanted, used: Taken) -> Iterator[str]:
    """Yield a sentence for each limit of a plan that a run would not keep. Pure."""
    known = {"plan": plan.name, "month": used.month, "free": next_month(used.month)}
    if plan.runs is not None and used.runs >= plan.runs:
        yield TOO_MANY_RUNS.format(
            plan=plan.name, limit=plan.runs, used=used.runs, free=_free(used.first_end)
        )
    if plan.mocks is not None and used.mocks + wanted.mocks > plan.mocks:
        yield TOO_MANY_MOCKS.format(
            plan=plan.name,
            limit=plan.mocks,
            used=used.mocks,
            own=wanted.mocks,
            free=_free(used.first_end),
        )
    if plan.mock_hours is not None:
        own, there = wanted.mock_seconds / HOUR, used.mock_seconds / HOUR
        if own + there > plan.mock_hours:
            yield HOURS_USED_UP.format(limit=plan.mock_hours, used=there, own=own, **known)
    if plan.messages is not None:
        if used.messages >= plan.messages:
            yield MESSAGES_USED_UP.format(limit=plan.messages, used=used.messages, **known)
        elif used.messages + (wanted.messages or 0) > plan.messages:
            yield TOO_MANY_MESSAGES.format(
                limit=plan.messages, used=used.messages, own=wanted.messages, **known
            )
    if plan.log_gigabytes is not None:
        gigabytes = used.log_bytes / retention.GIGABYTE
        if gigabytes >= plan.log_gigabytes:
            yield LOGS_FULL.format(plan=plan.name, limit=plan.log_gigabytes, used=gigabytes)


def _free(first_end: datetime | None) -> str:
    """Return when a live run is over, as a sentence; empty where nobody knows."""
    return f"The first is over at {first_end:%H:%M on %-d %B} (UTC)." if first_end else ""


def taken(workspace: Workspace, plan: Plan, *, now: datetime | None = None) -> Taken:
    """Return what a workspace uses now, as far as its plan limits it; five queries.

    Its logs are added up only where they are limited: that goes through all their chunks.
    """
    moment = now or timezone.now()
    month = month_of(moment)
    runs = list(Run.objects.filter(workspace=workspace, state__in=LIVE))
    uses = Use.objects.filter(workspace_code=workspace.code, month=month)
    sums = uses.aggregate(mock_seconds=Sum("mock_seconds"), messages=Sum("messages"))
    ends = [ends_at for run in runs if (ends_at := run.ends_at)]
    return Taken(
        month=month,
        runs=len(runs),
        mocks=sum(run.mocks for run in runs),
        mock_seconds=(sums["mock_seconds"] or 0) + to_come(runs, month=month, now=moment),
        messages=sums["messages"] or 0,
        log_bytes=0
        if plan.log_gigabytes is None
        else retention.size_of(retention.of_workspace(workspace)),
        first_end=min(ends, default=None),
    )


def to_come(runs: list[Run], *, month: date, now: datetime) -> float:
    """Return the mock-seconds of a month that live runs are going to use beyond what is counted."""
    plans = presences_of(runs)
    last = Use.objects.filter(run__in=runs, month=month).values_list("run")
    counted = dict(last.annotate(until=Max("until")))
    found = 0.0
    for run in runs:
        begun = run.started_at or now
        since = max(counted.get(run.id, begun), begin_of(month))
        end = min(begun + run.duration, end_of(month))
        if end > since:
            plan, t = plans[run.id], (since - begun).total_seconds()
            found += plan.mock_seconds((end - begun).total_seconds()) - plan.mock_seconds(
                max(0.0, t)
            )
    return found


def growth_trouble(run: Run, mocks: int, *, is_locked: bool = False) -> str:
    """Return why a live run may not be given so many mocks; empty: it may.

    ``is_locked``: in the transaction that gives them; see :func:`hold`.
    """
    plan = plan_of(run.workspace)
    if plan is None or plan.mocks is None or mocks <= run.mocks:
        return ""
    if is_locked:
        lock(run.workspace)
    others = Run.objects.filter(workspace=run.workspace, state__in=LIVE).exclude(id=run.id)
    used = others.aggregate(mocks=Sum("mocks"))["mocks"] or 0
    if used + mocks <= plan.mocks:
        return ""
    left = max(0, plan.mocks - used)
    return CANNOT_GROW.format(plan=plan.name, limit=plan.mocks, used=used, left=left)


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a plan beside what is used of it. ``used`` is in the limit's unit."""

    name: str
    title: str
    unit: str
    limit: int
    used: float
    has_coming: bool = False  # with what live runs are going to use of it

    @property
    def percent(self) -> float:
        """How much of it is used, 0 and up."""
        return 100.0 * self.used / self.limit if self.limit else 100.0

    @property
    def bar(self) -> int:
        """The same as a whole number, 0 to 100."""
        return min(100, int(self.percent))

    @property
    def words(self) -> str:
        """What is used of it, a sentence."""
        return f"{self.used:,.10g} of {self.limit:,} {self.unit}."


def limits_of(plan: Plan, used: Taken) -> list[Limit]:
    """Return the limits that a plan has, with what is used of each. Pure."""
    rows: Iterable[tuple[str, str, str, int | None, float]] = (
        ("runs", "Runs at once", "runs at once", plan.runs, used.runs),
        ("mocks", "Mocks at once", "mocks at once", plan.mocks, used.mocks),
        ("mock-hours", "Mock-hours", "mock-hours a month", plan.mock_hours,
         round(used.mock_seconds / HOUR, 2)),
        ("messages", "Messages", "messages a month", plan.messages, used.messages),
        ("plan's logs", "Logs", "GB of logs", plan.log_gigabytes,
         round(used.log_bytes / retention.GIGABYTE, 3)),
    )  # fmt: skip
    return [
        Limit(name, title, unit, limit, amount, has_coming=name == "mock-hours")
        for name, title, unit, limit, amount in rows
        if limit is not None
    ]
