"""The only door to what was used: by workspace, month and run, and of all for operators."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, QuerySet, Sum
from django.http import Http404
from django.utils import timezone

from web.accounts.models import Workspace
from web.usage.counting import NAMES, Amounts
from web.usage.items import HOURS
from web.usage.models import Kept, Plan, Price, Subscription, Use
from web.usage.months import month_in, month_of

ORDERS = ("started_at", "run_name", "mocks", "mock_seconds", "messages", "failed", "bytes_out",
          "log_bytes", "tower_seconds")  # fmt: skip
NEWEST = "-started_at"
WORKSPACE_ORDERS = ("name", "runs", "mock_seconds", "messages", "bytes_out", "tower_seconds",
                    "gigabyte_hours", "mails")  # fmt: skip
MONTHS = 36  # that a page lists
HOUR = 3_600.0  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class Used(Amounts):
    """What a workspace used in a month, its runs all together."""

    code: UUID
    name: str
    month: date
    runs: int = 0
    gigabyte_hours: float = 0.0  # of logs that were kept
    peak_bytes: int = 0  # of logs, at most
    mails: int = 0

    @property
    def mock_hours(self) -> float:
        """The time that its mocks were on, all together."""
        return self.mock_seconds / HOUR

    @property
    def gigabyte_months(self) -> float:
        """How many GB of logs would cost the same, kept for a whole month."""
        return self.gigabyte_hours / HOURS

    @property
    def has_any(self) -> bool:
        """Whether it used anything at all."""
        return bool(self.runs or self.peak_bytes or self.mails)


def uses_of(workspace: Workspace, month: date, *, order: str = NEWEST) -> QuerySet[Use]:
    """Return what a workspace's runs used in a month, one row each, in the order of a heading."""
    rows = Use.objects.filter(workspace_code=workspace.code, month=month).select_related("run")
    return rows.order_by(order, "-id")


def order_in(query: Mapping[str, Any]) -> str:
    """Return the order that a query string asks for; the newest first for unknown words."""
    order = str(query.get("order", ""))
    return order if order.removeprefix("-") in ORDERS else NEWEST


def workspace_order_in(query: Mapping[str, Any]) -> str:
    """Return the order of workspaces that a query string asks for; by name for unknown words."""
    order = str(query.get("order", ""))
    return order if order.removeprefix("-") in WORKSPACE_ORDERS else "name"


def any_workspace(code: UUID) -> Workspace:
    """Return one workspace, for operators. Raises Http404: there is none with this code."""
    found = Workspace.objects.filter(code=code, deleted=None).first()
    if found is None:
        raise Http404("no such workspace")
    return found


def subscription_of(workspace: Workspace) -> Subscription | None:
    """Return the plan that a workspace was given; None: the default one holds."""
    return Subscription.objects.select_related("plan").filter(workspace=workspace).first()


def months_of(workspace: Workspace) -> list[Used]:
    """Return what a workspace used in each month, the present one first, ``MONTHS`` at most."""
    found = {used.month: used for used in used_by(Use.objects.filter(workspace_code=workspace.code),
             Kept.objects.filter(workspace_code=workspace.code))}  # fmt: skip
    now = month_of(timezone.now())
    found.setdefault(now, Used(code=workspace.code, name=workspace.name, month=now))
    return [found[month] for month in sorted(found, reverse=True)][:MONTHS]


def used_in(workspace: Workspace, month: date) -> Used:
    """Return what a workspace used in a month; zeros for nothing."""
    found = used_by(
        Use.objects.filter(workspace_code=workspace.code, month=month),
        Kept.objects.filter(workspace_code=workspace.code, month=month),
    )
    return next(iter(found), Used(code=workspace.code, name=workspace.name, month=month))


def all_in(month: date) -> list[Used]:
    """Return what each workspace used in a month, also those that were deleted since, by name."""
    found = used_by(Use.objects.filter(month=month), Kept.objects.filter(month=month))
    return sorted((used for used in found if used.has_any), key=lambda used: used.name.lower())


def used_by(uses: QuerySet[Use], kept: QuerySet[Kept]) -> list[Used]:
    """Return the sums of rows by workspace and month, in no order; two queries."""
    sums = uses.order_by().values_list("workspace_code", "month")
    rows = sums.annotate(Max("workspace_name"), Count("id"), *(Sum(each) for each in NAMES))
    found: dict[tuple[UUID, date], dict[str, Any]] = {
        (code, month): dict(zip(("name", "runs", *NAMES), amounts, strict=True))
        for code, month, *amounts in rows
    }
    for each in kept:
        values = found.setdefault((each.workspace_code, each.month), {})
        values |= {
            "name": each.workspace_name,
            "gigabyte_hours": each.gigabyte_hours,
            "peak_bytes": each.peak_bytes,
            "mails": each.mails,
        }
    return [Used(code=code, month=month, **values) for (code, month), values in found.items()]


def uses_of_run(code: UUID) -> list[Use]:
    """Return what a run used, one row a month."""
    return list(Use.objects.filter(run_code=code).order_by("month"))


def month_asked(text: str) -> date:
    """Return the month of an address. Raises Http404: the text is none."""
    try:
        return month_in(text)
    except ValueError as error:
        raise Http404(str(error)) from error


def chosen_month(query: Mapping[str, Any], *, now: datetime | None = None) -> date:
    """Return the month of a query string; the present one for none, or for what is none."""
    try:
        return month_in(str(query.get("month", "")))
    except ValueError:
        return month_of(now or timezone.now())


def months_with_use() -> list[date]:
    """Return the months in which anybody used anything, and the present one, newest first."""
    known = set(Use.objects.order_by().values_list("month", flat=True).distinct())
    known |= set(Kept.objects.order_by().values_list("month", flat=True).distinct())
    return sorted(known | {month_of(timezone.now())}, reverse=True)


def plans() -> QuerySet[Plan]:
    """Return all plans, each with how many workspaces have it as ``given``."""
    return Plan.objects.annotate(given=Count("subscriptions"))


def plan_with(code: UUID) -> Plan:
    """Return one plan. Raises Http404: there is none with this code."""
    found = plans().filter(code=code).first()
    if found is None:
        raise Http404("no such plan")
    return found


def price_with(code: UUID) -> Price:
    """Return one price that was entered. Raises Http404: there is none with this code."""
    found = Price.objects.filter(code=code).first()
    if found is None:
        raise Http404("no such price")
    return found


def plan_names() -> dict[UUID | None, str]:
    """Return the names of plans by workspaces' codes; None has that of the default one."""
    rows = Subscription.objects.values_list("workspace__code", "plan__name")
    names: dict[UUID | None, str] = dict(rows)
    default = Plan.objects.filter(is_default=True).first()
    return names | {None: default.name if default else ""}


def codes_of_workspaces(codes: Iterable[UUID]) -> set[UUID]:
    """Return those of some workspaces that are still there."""
    rows = Workspace.objects.filter(code__in=list(codes), deleted=None)
    return set(rows.values_list("code", flat=True))
