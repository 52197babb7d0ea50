"""Runs: started, looked at, ended."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Header, Query, Router, Schema, Status
from pydantic import Field

from simulator import MAX_DURATION
from web.api.door import EDITOR, VIEWER, KeyRequest, count
from web.api.paging import Listed, Wanted, newest_first
from web.api.problems import Invalid
from web.api.starting import MOST, start_once
from web.lots.access import lots_of
from web.platform.limiting import START
from web.runs import access, actions, pages
from web.runs.mocks import Wish
from web.runs.models import Run, RunState

router = Router(tags=["Runs"])
OnceKey = Annotated[
    str,
    Header(
        "",
        alias="Idempotency-Key",
        max_length=MOST,
        description="A text of yours, such as a UUID: the same one again does it no second time.",
    ),
]


class RunTold(Schema):
    """A run: what was asked for, and once it has ended what became of it."""

    code: UUID
    name: str
    lot: UUID | None = Field(description="null: the lot was deleted.")
    state: str = Field(description=", ".join(RunState.values))
    reason: str = Field(description="Why it is in this state, a sentence; or empty.")
    is_live: bool
    created: datetime
    started_at: datetime | None
    ended_at: datetime | None
    paused: datetime | None = Field(description="Since when nothing is sent.")
    mocks: int
    duration: float = Field(description="s")
    seed: int
    target: str
    tags: list[str]
    verdict: str = Field(description="passed or failed; empty: no thresholds, or not over.")
    rulings: list[dict[str, Any]] = Field(description="How each threshold fared, once it is over.")
    acknowledged: int = Field(description="0 until the run has ended, as all figures here.")
    sent: int
    failed: int
    bytes: int = Field(description="Of payload.")
    p50: float | None = Field(description="s, of acknowledgement")
    p99: float | None = Field(description="s")
    peak_rate: float | None = Field(description="messages/s, the best second")
    generator_limited: bool = Field(description="The generator could not keep up.")


class NewRun(Schema, extra="forbid"):
    """What to start."""

    lot: UUID
    longest: float | None = Field(
        None, gt=0, le=MAX_DURATION, description="s after which it is stopped"
    )
    beside_rivals: bool = Field(
        False, description="Also where its mocks and those of a live run throw each other out."
    )


class Filtered(Wanted):
    """A page of runs, those that the filters leave."""

    lot: UUID | None = None
    state: RunState | None = None
    tag: str = Field("", max_length=30)


class Span(Schema):
    """A part of a run."""

    after: int = Field(0, ge=0, lt=10**11, description="From this Unix second on.")
    begin: int = Field(0, ge=0, lt=10**11, description="With end: from this Unix second,")
    end: int = Field(0, ge=0, lt=10**11, description="to before this one, as fine as it is kept.")


@router.get("runs", response=Listed[RunTold], **VIEWER)
def list_runs(request: KeyRequest, wanted: Query[Filtered]) -> Listed[RunTold]:
    """List runs, the newest first."""
    state = wanted.state.value if wanted.state else ""
    filters = access.Filters(lot=wanted.lot, state=state, tag=wanted.tag)
    return newest_first(access.filtered(request.workspace, filters), wanted, tell)


@router.post("runs", response={201: RunTold, 200: RunTold}, **EDITOR)
def start_run(request: KeyRequest, body: NewRun, once: OnceKey = "") -> Status[RunTold]:
    """Start a run of a lot as it is now: 201; 200 where this Idempotency-Key has done so."""
    count(request, START)
    lot = lots_of(request.workspace).filter(code=body.lot).first()
    if lot is None:
        raise Invalid("There is no such lot.", {"detail": "No such lot.", "pointer": "/lot"})
    longest = timedelta(seconds=body.longest) if body.longest else None
    run, is_new = start_once(
        lot, key=once, by=request.user, beside_rivals=body.beside_rivals, longest=longest
    )
    return Status(201 if is_new else 200, tell(run))


@router.get("runs/{uuid:run}", response=RunTold, **VIEWER)
def get_run(request: KeyRequest, run: UUID) -> RunTold:
    """Get a run."""
    return tell(access.run_of(request.workspace, run))


@router.delete("runs/{uuid:run}", response={204: None}, **EDITOR)
def delete_run(request: KeyRequest, run: UUID) -> Status[None]:
    """Delete a run with its log and reports, unless somebody holds it."""
    actions.delete_run(access.run_of(request.workspace, run), by=request.user)
    return Status(204, None)


@router.get("runs/{uuid:run}/live", response=dict[str, Any], **VIEWER)
def live_figures(request: KeyRequest, response: HttpResponse, run: UUID) -> dict[str, Any]:
    """Get the figures of a run at this moment, with its faults and orders; durations in s."""
    found = access.run_of(request.workspace, run)
    response.headers["Cache-Control"] = "no-store"
    return pages.run_page(found, wish=Wish()).to_json()


@router.get("runs/{uuid:run}/series", response=dict[str, Any], **VIEWER)
def series(request: KeyRequest, run: UUID, wanted: Query[Span]) -> dict[str, Any]:
    """Get a run over time in columns: at most 720 points, `step` s each; latencies in ms."""
    found = access.run_of(request.workspace, run)
    span = (wanted.begin, wanted.end) if wanted.end > wanted.begin else None
    return pages.run_series(found, after=wanted.after, span=span)


@router.post("runs/{uuid:run}/stop", response=RunTold, **EDITOR)
def stop_run(request: KeyRequest, run: UUID) -> RunTold:
    """Stop a run in order; one that has ended stays as it is."""
    actions.stop_run(access.run_of(request.workspace, run), by=request.user)
    return tell(access.run_of(request.workspace, run))


@router.post("runs/{uuid:run}/abort", response=RunTold, **EDITOR)
def abort_run(request: KeyRequest, run: UUID) -> RunTold:
    """End a run at once; one that has ended stays as it is."""
    actions.abort_run(access.run_of(request.workspace, run), by=request.user)
    return tell(access.run_of(request.workspace, run))


SAME = ("code", "name", "state", "reason", "is_live", "created", "started_at", "ended_at", "paused",
        "mocks", "seed", "target", "verdict", "rulings", "acknowledged", "sent", "failed", "bytes",
        "p50", "p99", "peak_rate", "generator_limited")  # fmt: skip


def tell(run: Run) -> RunTold:
    """Return what is told of a run."""
    return RunTold(
        lot=run.lot.code if run.lot else None,
        duration=run.duration.total_seconds(),
        tags=run.tag_list,
        **{name: getattr(run, name) for name in SAME},
    )
