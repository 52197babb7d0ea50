"""Control over a run while it goes on: orders, and faults that are put into it by hand."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Body, Query, Router, Schema, Status
from pydantic import Field

from web.api.door import EDITOR, VIEWER, KeyRequest
from web.api.paging import Listed, Wanted, page_of, place_in
from web.api.problems import Invalid
from web.api.routes.runs import OnceKey
from web.api.starting import code_of
from web.runs import access, injections, orders
from web.runs.models import Injection, Order, Run

router = Router(tags=["Control"])
OWN_ROUTES = "Stop and abort have routes of their own."


class OrderTold(Schema):
    """An order that was given."""

    code: UUID
    title: str
    order: dict[str, Any]
    since: float = Field(description="s after the run's start from which on it holds")
    asked: datetime
    asked_by: str
    ended: datetime | None = Field(description="When another took the place of one that lasts.")


class Pausing(Schema, extra="forbid"):
    """How to pause."""

    connected: bool = Field(True, description="Connections stay open meanwhile.")


class FaultTold(Schema):
    """A fault that was put into a run by hand."""

    code: UUID
    fault: dict[str, Any]
    since: float = Field(description="s after the run's start at which it begins")
    asked: datetime
    ended: datetime | None = Field(description="When somebody ended it before its time.")


class NewFaults(Schema, extra="forbid"):
    """Faults in the words of a lot, as /schemas/faults.json says."""

    faults: list[dict[str, Any]] = Field(min_length=1, max_length=injections.MOST)


@router.get("runs/{uuid:run}/orders", response=Listed[OrderTold], **VIEWER)
def list_orders(request: KeyRequest, run: UUID, wanted: Query[Wanted]) -> Listed[OrderTold]:
    """List the orders that a run was given, the latest first."""
    rows = orders.orders_of(access.run_of(request.workspace, run)).order_by("-id")
    if wanted.cursor:
        rows = rows.filter(id__lt=place_in(wanted.cursor, str)[1])
    return page_of(rows, wanted, tell, place=lambda _: "")


@router.post("runs/{uuid:run}/orders", response={201: OrderTold}, **EDITOR)
def give_order(
    request: KeyRequest, run: UUID, body: Body[dict[str, Any]], once: OnceKey = ""
) -> Status[OrderTold]:
    """Give an order: {"order": "rate", "factor": 2}; its kinds are those of a lot's orders."""
    found = access.run_of(request.workspace, run)
    if body.get("order") in orders.ENDS:
        raise Invalid(OWN_ROUTES, {"detail": OWN_ROUTES, "pointer": "/order"})
    try:
        orders.read(found, body)
    except orders.CannotOrder as wrong:
        raise Invalid(str(wrong), {"detail": str(wrong), "pointer": ""}) from wrong
    return Status(201, given(request, found, body, once))


@router.post("runs/{uuid:run}/pause", response={201: OrderTold}, **EDITOR)
def pause_run(
    request: KeyRequest, run: UUID, body: Pausing | None = None, once: OnceKey = ""
) -> Status[OrderTold]:
    """Let the mocks of a run send nothing until it is resumed."""
    said = {"order": "pause", "connected": body.connected if body else True}
    return Status(201, given(request, access.run_of(request.workspace, run), said, once))


@router.post("runs/{uuid:run}/resume", response={201: OrderTold}, **EDITOR)
def resume_run(request: KeyRequest, run: UUID, once: OnceKey = "") -> Status[OrderTold]:
    """Let a paused run go on."""
    found = access.run_of(request.workspace, run)
    return Status(201, given(request, found, {"order": "resume"}, once))


@router.get("runs/{uuid:run}/faults", response=list[FaultTold], **VIEWER)
def list_faults(request: KeyRequest, run: UUID) -> list[FaultTold]:
    """List the faults that were put into a run by hand, in order of asking; at most 100."""
    return [tell_fault(each) for each in access.run_of(request.workspace, run).injections.all()]


@router.post("runs/{uuid:run}/faults", response={201: list[FaultTold]}, **EDITOR)
def begin_faults(request: KeyRequest, run: UUID, body: NewFaults) -> Status[list[FaultTold]]:
    """Put faults into a run that sends; they begin 2 s later."""
    found = access.run_of(request.workspace, run)
    begun = injections.begin_faults(found, json.dumps(body.model_dump()), by=request.user)
    return Status(201, [tell_fault(each) for each in begun])


@router.delete("runs/{uuid:run}/faults/{uuid:fault}", response=FaultTold, **EDITOR)
def end_fault(request: KeyRequest, run: UUID, fault: UUID) -> FaultTold:
    """End a fault before its time."""
    found = access.run_of(request.workspace, run)
    injections.end_fault(access.injection_of(found, fault), by=request.user)
    return tell_fault(access.injection_of(found, fault))


def given(request: KeyRequest, run: Run, said: dict[str, Any], once: str) -> OrderTold:
    """Give an order and return what is told of it."""
    return tell(orders.ask(run, said, by=request.user, code=code_of(run, once)))


def tell(row: Order) -> OrderTold:
    """Return what is told of an order."""
    return OrderTold(
        code=row.code,
        title=str(row),
        order=row.order,
        since=row.since,
        asked=row.asked,
        asked_by=row.asker,
        ended=row.ended,
    )


def tell_fault(row: Injection) -> FaultTold:
    """Return what is told of a fault."""
    return FaultTold(
        code=row.code, fault=row.fault, since=row.since, asked=row.asked, ended=row.ended
    )
