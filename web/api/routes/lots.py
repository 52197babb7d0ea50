"""Lots: what to run, against which target, for how long."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from web.api import tags
from web.api.door import EDITOR, VIEWER, KeyRequest, count
from web.api.filling import as_shown, posted
from web.api.paging import Listed, Wanted, newest_first
from web.api.problems import Invalid, form_errors
from web.definitions.access import definitions_of
from web.lots import access, actions, pages
from web.lots.forms import rows_of
from web.lots.models import Lot
from web.lots.tags import LONGEST
from web.platform.limiting import PREVIEW
from web.targets.access import targets_of

router = Router(tags=["Lots"])
WRONG = "The lot cannot be like this."


class LotTold(Schema):
    """A lot in short."""

    code: UUID
    name: str
    target: UUID
    duration: float = Field(description="s")
    ramp: float = Field(description="s until the last mock is switched on")
    seed: int | None = Field(description="null: a new one for each run")
    tags: list[str]
    mocks: int
    created: datetime
    changed: datetime


class PartWords(Schema, extra="forbid"):
    """One definition of a lot, and how many mocks follow it."""

    definition: UUID
    count: int = Field(description="Mocks.")
    rate: float | None = Field(None, description="messages/s of each; null: the definition's own")


class LotWhole(LotTold):
    """A lot with all it says."""

    parts: list[PartWords]
    options: str = Field(description="Pace, orders, faults, records, thresholds: YAML.")


class LotWords(Schema, extra="forbid"):
    """What to change of a lot; what is not said stays as it is, of a new one as usual."""

    name: str | None = None
    target: UUID | None = None
    duration: float | str | None = Field(None, description="s, or with a unit: 5 min")
    ramp: float | str | None = Field(None, description="s, or with a unit")
    seed: int | None = Field(None, description="-1: a new one for each run")
    tags: list[str] | None = None
    parts: list[PartWords] | None = Field(None, description="In the place of those it had.")
    options: str | None = Field(None, description="YAML, as /schemas/lot.json says.")


class EstimateTold(Schema):
    """What a lot sends, without what faults and the far side do."""

    rate: float = Field(description="messages/s, on the average")
    messages: int
    bytes: int = Field(description="Of payload.")
    is_whole: bool = Field(description="Each definition was followed to the end of the lot.")


class TaggedPage(Wanted):
    """A page of rows, those with a tag."""

    tag: str = Field("", max_length=LONGEST, description="Only those with this tag.")


@router.get("lots", response=Listed[LotTold], **VIEWER)
def list_lots(request: KeyRequest, wanted: Query[TaggedPage]) -> Listed[LotTold]:
    """List lots, the one made last first."""
    return newest_first(access.tagged(access.lots_of(request.workspace), wanted.tag), wanted, tell)


@router.post("lots", response={201: LotWhole}, **EDITOR)
def make_lot(request: KeyRequest, response: HttpResponse, body: LotWords) -> Status[LotWhole]:
    """Make a lot."""
    saved = save(request, held(Lot(workspace=request.workspace), body))
    return Status(201, whole(response, access.lot_of(request.workspace, saved.code)))


@router.get("lots/{uuid:lot}", response=LotWhole, **VIEWER)
def get_lot(request: KeyRequest, response: HttpResponse, lot: UUID) -> LotWhole:
    """Get a lot."""
    return whole(response, access.lot_of(request.workspace, lot))


@router.patch("lots/{uuid:lot}", response=LotWhole, **EDITOR)
def change_lot(request: KeyRequest, response: HttpResponse, lot: UUID, body: LotWords) -> LotWhole:
    """Change what is said of a lot; runs keep what they began with."""
    found = access.lot_of(request.workspace, lot)
    page = held(found, body)
    with tags.unchanged(request, found, tags.tag_of_lot):
        save(request, page)
    return whole(response, access.lot_of(request.workspace, lot))


@router.delete("lots/{uuid:lot}", response={204: None}, **EDITOR)
def delete_lot(request: KeyRequest, lot: UUID) -> Status[None]:
    """Delete a lot. Its runs stay, with their logs."""
    found = access.lot_of(request.workspace, lot)
    with tags.unchanged(request, found, tags.tag_of_lot):
        actions.delete_lot(found)
    return Status(204, None)


@router.get("lots/{uuid:lot}/estimate", response=EstimateTold, **VIEWER)
def estimate_lot(request: KeyRequest, lot: UUID) -> EstimateTold:
    """Estimate what a lot sends before it is started."""
    count(request, PREVIEW)
    found = pages.estimate_of(access.lot_of(request.workspace, lot))
    if found is None:
        raise Http404("no estimate can be made of this lot: a definition or an option is wrong")
    return EstimateTold(
        rate=found.rate, messages=found.messages, bytes=found.bytes, is_whole=found.is_whole
    )


def held(lot: Lot, body: LotWords) -> pages.LotFormPage:
    """Return the form of a lot as it would be.

    Raises:
        Invalid: It cannot be like this.
    """
    page = pages.form_page(lot, data=posted(typed(lot) | words(lot, body)))
    if page.is_valid and page.hold():
        return page
    rows = [
        error
        for number, row in enumerate(page.rows.forms)
        for error in form_errors(row, at=f"/parts/{number}")
    ]
    whole = [{"detail": text, "pointer": "/parts"} for text in page.rows.non_form_errors()]
    places = [{"detail": each["text"], "place": each["place"]} for each in page.form.wrong_places]
    raise Invalid(WRONG, *form_errors(page.form), *whole, *rows, *places)


def save(request: KeyRequest, page: pages.LotFormPage) -> Lot:
    """Return the lot of a form that is right, stored."""
    return actions.save_lot(page.form.instance, parts=page.rows.plans, by=request.user)


def typed(lot: Lot) -> dict[str, Any]:
    """Return the form of a lot as it is now."""
    return as_shown(pages.form_page(lot).form) | rows(rows_of(lot))


def rows(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the parts of a lot as its form has them."""
    named = {
        f"{pages.PREFIX}-{number}-{name}": value
        for number, part in enumerate(parts)
        for name, value in part.items()
    }
    count = {f"{pages.PREFIX}-TOTAL_FORMS": len(parts), f"{pages.PREFIX}-INITIAL_FORMS": 0}
    return {**named, **count}


def words(lot: Lot, body: LotWords) -> dict[str, Any]:
    """Return what a program says, as the form has it; what is not there is said to be no row's."""
    said = body.model_dump(exclude_none=True)
    for name in ("duration", "ramp"):
        if isinstance(said.get(name), float):
            said[name] = f"{said[name]:.3f}s"
    if said.get("seed") == -1:
        said["seed"] = ""
    if "tags" in said:
        said["tags"] = " ".join(said["tags"])
    if body.target:
        known = targets_of(lot.workspace).filter(code=body.target).first()
        said["target"] = known.pk if known else 0
    if body.parts is not None:
        wanted = [part.definition for part in body.parts]
        codes = definitions_of(lot.workspace).filter(code__in=wanted).values_list("code", "pk")
        known_rows = dict(codes)
        parts = [
            part.model_dump() | {"definition": known_rows.get(part.definition, 0)}
            for part in body.parts
        ]
        said |= rows(parts)
    said.pop("parts", None)
    return said


def tell(row: Lot) -> LotTold:
    """Return what is told of a row of ``access.lots_of``."""
    return LotTold(
        code=row.code,
        name=row.name,
        target=row.target.code,
        duration=row.duration.total_seconds(),
        ramp=row.ramp.total_seconds(),
        seed=row.seed,
        tags=row.tag_list,
        mocks=getattr(row, "mocks", 0),
        created=row.created,
        changed=row.changed,
    )


def whole(response: HttpResponse, row: Lot) -> LotWhole:
    """Return a lot that was fetched with its parts, and tag the answer."""
    tags.tagged(response, tags.tag_of_lot(row))
    parts = [
        PartWords(definition=part.definition.code, count=part.count, rate=part.rate)
        for part in row.parts.all()
    ]
    return LotWhole(**tell(row).model_dump(), parts=parts, options=row.options)
