"""What the operators' page shows of scaling."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from web.scaling import access, acting, chart, platform_api
from web.scaling.chart import Line
from web.scaling.models import Choice, Process, Scaled
from web.scaling.rule import Limits
from web.usage.prices import sign_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One process that is scaled: what there is, what it may have, what was decided last."""

    scaled: Scaled
    limits: Limits
    hourly: float  # what they cost an hour, now
    last: Choice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What stands above the list. ``lines``: shards (or requests), dynos, lateness in s."""

    mode: str  # off, advise, on
    trouble: str  # why nothing can be done, a sentence
    rows: list[Row]
    lines: list[Line]
    begin: datetime
    end: datetime
    hourly_ceiling: int
    monthly_ceiling: int
    spent: float  # in this month
    sign: str  # of the currency of all of these
    processes: list[tuple[str, str]]
    actions: list[tuple[str, str]]
    spans: list[tuple[str, str]]


def page(filters: access.Filters, *, now: datetime) -> Page:
    """Return the page for what somebody wants to see."""
    rows = [row_of(each, now=now) for each in access.scaled()]
    return Page(
        mode=settings.SCALER,
        trouble=trouble(),
        rows=rows,
        lines=lines(filters, now=now),
        begin=now - timedelta(hours=filters.hours),
        end=now,
        hourly_ceiling=settings.SCALER_HOURLY_CEILING,
        monthly_ceiling=settings.SCALER_MONTHLY_CEILING,
        spent=sum(row.scaled.spent for row in rows if row.scaled.month == f"{now:%Y-%m}"),
        sign=sign_of(settings.PRICE_CURRENCY),
        processes=list(Process.choices),
        actions=access.ACTIONS,
        spans=access.SPANS,
    )


def row_of(scaled: Scaled, *, now: datetime) -> Row:
    """Return what is shown of a process."""
    return Row(
        scaled=scaled,
        limits=acting.limits_of(scaled, now=now),
        hourly=(scaled.quantity or 0) * acting.size_of(scaled).hourly,
        last=access.newest(scaled.process),
    )


def trouble() -> str:
    """Return why the scaler cannot do what it is set to; empty: it can."""
    if settings.SCALER != "off" and not platform_api.is_set_up():
        return "Set SCALER_APP and SCALER_TOKEN: without them the platform is not asked."
    return ""


def lines(filters: access.Filters, *, now: datetime) -> list[Line]:
    """Return the chart's lines; each has a scale of its own."""
    known, begin = access.points(filters, now=now), now - timedelta(hours=filters.hours)
    is_web = filters.process == Process.WEB
    names = {
        "wanted": "Wanted shards",
        "leased": "Requests in it" if is_web else "Leased shards",
        "quantity": "Dynos",
        "lateness": "Queue time, s" if is_web else "Lateness, s",
    }
    drawn = [name for name in names if not (is_web and name == "wanted")]
    return [
        chart.line(
            names[name], [(each.at, getattr(each, name)) for each in known], begin=begin, end=now
        )
        for name in drawn
    ]
