"""What the pages of usage show: a workspace's months, and all workspaces of one for operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from web.accounts.models import Workspace
from web.usage import access, costs, limits
from web.usage.access import Used
from web.usage.costs import Line
from web.usage.limits import Limit
from web.usage.models import Plan
from web.usage.prices import Prices, prices_in

CHART_MONTHS = 12
WIDE, HIGH = 600.0, 120.0  # units of a chart's picture
BAR = 0.8  # of a bar's place that it fills
LEAST_BARS = 6  # places of a chart with few months


@dataclass(frozen=True, slots=True)
class Bar:
    """A month of a chart, in units of its picture: ``WIDE`` x ``HIGH``, from the top left."""

    month: date
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Some months, oldest first; ``word`` names its colour."""

    word: str
    title: str
    bars: list[Bar]
    top: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePage:
    """What a workspace used: a month of it, the months there are, and its plan."""

    used: Used
    months: list[Used]
    charts: list[Chart]
    charged: list[tuple[Line, str]]
    total: str  # of what is charged; empty where nothing is
    plan: Plan | None
    limits: list[Limit]


def usage_page(workspace: Workspace, month: date) -> UsagePage:
    """Return the page of a workspace's month."""
    months = access.months_of(workspace)
    used = next((each for each in months if each.month == month), None)
    used = used or access.used_in(workspace, month)
    prices, plan = prices_in(month), limits.plan_of(workspace)
    lines = charged_in(used, prices)
    recent = months[:CHART_MONTHS][::-1]
    return UsagePage(
        used=used,
        months=months,
        charts=[
            chart("messages", "Messages", [(each.month, each.messages) for each in recent]),
            chart("hours", "Mock-hours", [(each.month, round(each.mock_hours)) for each in recent]),
        ],
        charged=[(line, prices.told(line.amount)) for line in lines],
        total=prices.told(total_of(lines)) if lines else "",
        plan=plan,
        limits=limits.limits_of(plan, limits.taken(workspace, plan)) if plan else [],
    )


def charged_in(used: Used, prices: Prices) -> list[Line]:
    """Return what a workspace is charged for a month."""
    return costs.charged(
        prices,
        messages=used.messages,
        mock_seconds=used.mock_seconds,
        gigabyte_months=used.gigabyte_months,
    )


def total_of(lines: Sequence[Line]) -> Decimal:
    """Return the sum of lines; those without a price count as nothing."""
    return sum((line.amount for line in lines if line.amount is not None), Decimal(0))


def chart(word: str, title: str, values: Sequence[tuple[date, int]]) -> Chart:
    """Return a chart of some months, the highest bar as high as the picture."""
    top = max((value for _, value in values), default=0)
    step = WIDE / max(LEAST_BARS, len(values))
    bars = []
    for place, (month, value) in enumerate(values):
        height = HIGH * value / (top or 1)
        bars.append(Bar(month, value, place * step, HIGH - height, step * BAR, height))
    return Chart(word, title, bars, top)


@dataclass(frozen=True, slots=True)
class Billed:
    """A workspace of the operators' list: what it used, its plan, and what it is charged."""

    used: Used
    plan: str
    amount: str
    is_there: bool  # it was not deleted since


def workspaces_in(month: date, *, order: str, search: str = "") -> list[Billed]:
    """Return what each workspace used in a month.

    Args:
        month: Which.
        order: A word of ``access.WORKSPACE_ORDERS``, with ``-`` before it for the other way.
        search: Part of a name; empty: all.
    """
    prices, plans = prices_in(month), access.plan_names()
    found = [each for each in access.all_in(month) if search.lower() in each.name.lower()]
    word = order.removeprefix("-")
    if order != "name":
        found.sort(key=lambda used: getattr(used, word), reverse=order.startswith("-"))
    there = access.codes_of_workspaces(used.code for used in found)
    return [
        Billed(
            used,
            plans.get(used.code, plans.get(None, "")),
            prices.told(total_of(lines)) if (lines := charged_in(used, prices)) else "–",
            used.code in there,
        )
        for used in found
    ]
