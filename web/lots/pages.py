"""What the pages of lots show, put together."""

from dataclasses import dataclass
from time import time
from typing import Any, cast

from django.http import QueryDict

import simulator
from web.accounts.models import Workspace
from web.datasets.loading import WorkspaceDatasets
from web.definitions.models import Definition
from web.drains.sizing import Sizing, sizings_of
from web.lots.course import Course, course_of
from web.lots.estimate import Estimate, estimate
from web.lots.forms import BasePartRows, LotForm, PartRows, rows_of
from web.lots.models import MAX_PARTS, Lot
from web.lots.options import known_words, wrong_options
from web.lots.refusals import held
from web.platform import reach
from web.platform.storage import ObjectMissing, StorageUnavailable
from web.runs.models import Run
from web.runs.rivals import Rival, rivals_of_lot
from web.schedules import access as schedules
from web.schedules.models import Schedule
from web.targets.models import Target
from web.targets.ownership import access as ownership
from web.targets.ownership import limits
from web.usage.cost_pages import CostPage, lot_cost

PREFIX = "parts"
SOME_SEED = 1  # stands for the one that each run draws
NO_STORAGE = (
    "The object store does not answer, so the datasets could not be looked at. Nothing is saved; "
    "try again in a minute."
)
LAST_RUNS = 10


@dataclass(frozen=True)
class LotPage:
    """One lot with what it will send and what it did."""

    lot: Lot
    estimate: Estimate | None
    cost: CostPage | None  # what it needs and costs; None with the estimate
    runs: list[Run]
    rivals: list[Rival]  # live runs whose mocks it would collide with
    sizings: list[Sizing]  # what its records need of the streams that they are sent to
    schedules: list[Schedule]
    course: Course | None  # how many mocks are on over time, where that changes
    unproved: str  # why a start would be refused until the target's host is proved; empty: not


def lot_page(lot: Lot) -> LotPage:
    """Return the page of a lot that was fetched with its parts."""
    runs = Run.objects.filter(lot=lot, deleted=None).select_related("workspace", "started_by")
    last = list(runs.order_by("-created")[:LAST_RUNS])
    plan = planned(lot)
    cost = cost_of(lot, plan)
    return LotPage(
        lot,
        plan.estimate if plan else None,
        cost,
        last,
        rivals_of_lot(lot),
        sizings_of(lot),
        schedules.of_lot(lot),
        course_of(lot),
        unproved_trouble(lot, cost),
    )


def unproved_trouble(lot: Lot, cost: CostPage | None) -> str:
    """Return why a start would be refused until somebody proves that the target's host is theirs,
    a sentence; empty where it would not be for that."""
    target, load = lot.target, cost.expected if cost else None
    if load is None or limits.is_little(load.mocks, load.rate) or ownership.is_proved(target):
        return ""
    if reach.is_operators(target.host, target.port):
        return ""
    return limits.NOT_YET.format(host=target.host, mocks=limits.MOCKS, rate=limits.RATE)


def cost_of(lot: Lot, plan: "Planned | None") -> CostPage | None:
    """Return what a lot needs and costs as it would run now; None where it could not."""
    return lot_cost(lot, plan.lot, plan.definitions, plan.estimate) if plan else None


@dataclass(frozen=True)
class Planned:
    """A lot as it would run now: for the simulator, its parts' definitions, what it sends."""

    lot: simulator.Lot
    definitions: list[simulator.Definition]
    estimate: Estimate


def estimate_of(lot: Lot) -> Estimate | None:
    """Return what the lot will send; None where its definitions or options have errors."""
    plan = planned(lot)
    return plan.estimate if plan else None


def planned(lot: Lot) -> Planned | None:
    """Return the lot as it would run now; None where its definitions or options have errors."""
    parts = list(lot.parts.all())
    datasets = WorkspaceDatasets(lot.workspace)
    try:
        checked = [simulator.check(each.definition.text, datasets=datasets) for each in parts]
        definitions = [each.definition for each in checked if each.definition]
        words = simulator.lot_words(lot.options, known_words(lot, parts))
        if words.value is None or not parts or len(definitions) < len(parts):
            return None
        found = estimate(words.value, definitions, epoch=time(), datasets=datasets)
        return Planned(words.value, definitions, found)
    except (StorageUnavailable, ObjectMissing, simulator.DefinitionError, simulator.DatasetError):
        return None


@dataclass(frozen=True)
class LotFormPage:
    """The form of a lot and the rows of its parts; ``needs`` is what has to be made before."""

    lot: Lot
    form: LotForm
    rows: BasePartRows
    needs: list[str]

    @property
    def is_valid(self) -> bool:
        """Whether both are; both are asked, so that every error shows at once."""
        return all([self.form.is_valid(), self.rows.is_valid()])

    def hold(self) -> bool:
        """Return whether the lot could run, after ``is_valid``; else each row has its errors."""
        lot = self.form.instance
        parts, seed = self.rows.plans, SOME_SEED if lot.seed is None else lot.seed
        try:
            found = held(lot.workspace, parts, target=lot.target, seed=seed)
        except (StorageUnavailable, ObjectMissing):
            self.form.add_error(None, NO_STORAGE)
            return False
        for refusal in found.refusals:
            self.rows.filled[refusal.part].add_error(None, refusal.text)
        wrong = wrong_options(lot, parts, found.definitions)
        self.form.wrong_places = wrong.places
        for text in wrong.sentences:
            self.form.add_error("options", text)
        return not found.refusals and not wrong.sentences

    @property
    def most(self) -> int:
        """How many mocks all parts may have together."""
        return simulator.MAX_MOCKS

    @property
    def can_add(self) -> bool:
        return len(self.rows.forms) < MAX_PARTS


def form_page(lot: Lot, *, data: QueryDict | None = None) -> LotFormPage:
    """Return the form of a lot, with what was typed when there is ``data``."""
    rows = part_rows(lot, data=data) if data is not None else part_rows(lot, initial=rows_of(lot))
    form = LotForm(data, instance=lot, workspace=lot.workspace)
    return LotFormPage(lot, form, rows, needs(lot.workspace))


def form_page_with_another_row(lot: Lot, *, typed: QueryDict) -> LotFormPage:
    """Return the form as it was typed and one more row, unchecked; for who has no JavaScript."""
    form = LotForm(instance=lot, initial=typed.dict(), workspace=lot.workspace)
    rows = [*typed_rows(typed), {}][:MAX_PARTS]
    return LotFormPage(lot, form, part_rows(lot, initial=rows), needs(lot.workspace))


def part_rows(lot: Lot, **options: Any) -> BasePartRows:
    """Return the rows of a lot's parts, from ``data`` or from ``initial``."""
    rows = PartRows(form_kwargs={"workspace": lot.workspace}, prefix=PREFIX, **options)
    return cast(BasePartRows, rows)


def typed_rows(typed: QueryDict) -> list[dict[str, Any]]:
    """Return the rows that were typed and not struck out, unchecked."""
    total = typed.get(f"{PREFIX}-TOTAL_FORMS", "")
    rows = range(min(int(total), MAX_PARTS)) if total.isdecimal() else range(0)
    fields = ("definition", "count", "rate")
    return [
        {field: typed.get(f"{PREFIX}-{row}-{field}", "") for field in fields}
        for row in rows
        if f"{PREFIX}-{row}-DELETE" not in typed
    ]


def needs(workspace: Workspace) -> list[str]:
    """Return what a lot cannot be made without and is not there: definitions, targets."""
    kinds = {"definition": Definition, "target": Target}
    return [
        kind
        for kind, model in kinds.items()
        if not model.objects.filter(workspace=workspace).exists()  # type: ignore[attr-defined]
    ]
