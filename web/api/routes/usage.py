"""What a workspace used, by months and by runs; its plan; and what a run costs."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.db.models import Q
from ninja import Query, Router, Schema
from pydantic import Field

from web.api.door import VIEWER, KeyRequest
from web.api.paging import Listed, Wanted, moment_in, page_of, place_in
from web.api.problems import Invalid
from web.runs.access import run_of
from web.usage import access, cost_pages, limits, pages
from web.usage.access import Used
from web.usage.models import Use
from web.usage.months import month_in, named
from web.usage.prices import prices_in

router = Router(tags=["Usage"])
Month = Annotated[str, Field(description="Of UTC, such as 2026-11.")]
NO_MONTH = "Write a month such as 2026-11."


class Counted(Schema):
    """What was used; bytes before TLS."""

    mock_seconds: int
    messages: int = Field(description="Delivered.")
    failed: int
    bytes: int = Field(description="Of payload.")
    bytes_out: int = Field(description="Handed to sockets.")
    bytes_in: int = Field(description="Read from them.")
    log_bytes: int = Field(description="Written to logs.")
    tower_seconds: float


class MonthTold(Counted):
    """What the workspace used in a month."""

    month: Month
    runs: int
    log_gigabyte_months: float = Field(description="Logs that were kept.")
    log_bytes_peak: int
    mails: int
    currency: str
    charged: Decimal | None = Field(description="null: no price is set.")


class RunUseTold(Counted):
    """What a run used in a month."""

    run: UUID
    name: str
    started_at: datetime
    until: datetime = Field(description="Up to which it was counted.")
    mocks: int
    towers: int = Field(description="That held it at once, at most.")


class LimitTold(Schema):
    """A limit of the plan."""

    name: str
    unit: str
    limit: int
    used: float


class PlanTold(Schema):
    """The plan of the workspace; without limits it may use as much as it likes."""

    plan: str | None
    stops_runs: bool = Field(description="Live runs are stopped when a month is used up.")
    limits: list[LimitTold]


class WayTold(Schema):
    """What one way of running costs, in the workspace's currency; null: a price is missing."""

    way: str = Field(description="here, machines, containers")
    expected: Decimal | None
    used: Decimal | None


class CostTold(Schema):
    """What a run was expected to use, and used; null: it is not known."""

    expected: dict[str, float] | None
    used: dict[str, float] | None = Field(description="Counted once a minute, and at its end.")
    currency: str
    ways: list[WayTold]
    troubles: list[str] = Field(description="Why what was expected is not known.")


class OfMonth(Wanted):
    """A page of a month."""

    month: str = Field("", max_length=7, description="Of UTC, such as 2026-11; empty: this one.")


@router.get("usage/months", response=list[MonthTold], **VIEWER)
def list_months(request: KeyRequest) -> list[MonthTold]:
    """List what the workspace used in each month, the newest first; at most 36."""
    return [tell_month(used) for used in access.months_of(request.workspace)]


@router.get("usage/runs", response=Listed[RunUseTold], **VIEWER)
def list_uses(request: KeyRequest, wanted: Query[OfMonth]) -> Listed[RunUseTold]:
    """List what each run used in a month, the one started last first."""
    rows = access.uses_of(request.workspace, asked_month(wanted.month))
    if wanted.cursor:
        at, number = place_in(wanted.cursor, moment_in)
        rows = rows.filter(Q(started_at__lt=at) | Q(started_at=at, id__lt=number))
    return page_of(rows, wanted, tell_use, place=lambda use: use.started_at.isoformat())


@router.get("usage/plan", response=PlanTold, **VIEWER)
def get_plan(request: KeyRequest) -> PlanTold:
    """Get the limits of the workspace's plan, and what is used of each."""
    plan = limits.plan_of(request.workspace)
    rows = limits.limits_of(plan, limits.taken(request.workspace, plan)) if plan else []
    return PlanTold(
        plan=plan.name if plan else None,
        stops_runs=plan.stops_runs if plan else False,
        limits=[
            LimitTold(name=row.name, unit=row.unit, limit=row.limit, used=row.used) for row in rows
        ],
    )


@router.get("runs/{uuid:run}/cost", response=CostTold, **VIEWER)
def get_cost(request: KeyRequest, run: UUID) -> CostTold:
    """Get what a run was expected to use and cost, and what it did."""
    found = cost_pages.run_cost(run_of(request.workspace, run))
    return CostTold(
        expected=found.expected.pack() if found.expected else None,
        used=found.used.pack() if found.used else None,
        currency=found.currency,
        ways=[
            WayTold(way=way.word, expected=way.expected_amount, used=way.used_amount)
            for way in found.ways
        ],
        troubles=found.troubles,
    )


def asked_month(text: str) -> date:
    """Return the month that is asked for. Raises Invalid: the text is none."""
    if not text:
        return access.chosen_month({})
    try:
        return month_in(text)
    except ValueError as error:
        raise Invalid(NO_MONTH, {"detail": NO_MONTH, "pointer": "/month", "in": "query"}) from error


SAME = ("mock_seconds", "messages", "failed", "bytes", "bytes_out", "bytes_in", "log_bytes",
        "tower_seconds")  # fmt: skip


def tell_month(used: Used) -> MonthTold:
    """Return what is told of a month."""
    prices = prices_in(used.month)
    lines = pages.charged_in(used, prices)
    return MonthTold(
        month=named(used.month),
        runs=used.runs,
        log_gigabyte_months=used.gigabyte_months,
        log_bytes_peak=used.peak_bytes,
        mails=used.mails,
        currency=prices.currency,
        charged=pages.total_of(lines) if lines else None,
        **{name: getattr(used, name) for name in SAME},
    )


def tell_use(use: Use) -> RunUseTold:
    """Return what is told of what a run used."""
    return RunUseTold(
        run=use.run_code,
        name=use.run_name,
        started_at=use.started_at,
        until=use.until,
        mocks=use.mocks,
        towers=use.towers,
        **{name: getattr(use, name) for name in SAME},
    )
