"""Trying one mock of a definition against a target: asking for it, and watching it."""

from collections.abc import Sequence
from http import HTTPStatus
from time import time
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

import simulator
from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role, Workspace
from web.datasets.loading import WorkspaceDatasets
from web.definitions import access, trial_jobs, trials
from web.definitions.documents import check
from web.definitions.models import Definition
from web.platform import queues, storage
from web.targets.access import target_of, targets_of
from web.targets.actions import beyond, speech_of
from web.targets.models import Target

NO_TARGET = "Choose one of the workspace's targets."
STORE_IS_DOWN = "The object store does not answer just now, and this definition needs a dataset."
DRAFT = "the text that is not saved"
DEFAULT_SEED = 1  # the preview's
MOST_TOLD = 3  # problems of one refusal


@require_http_methods(["GET", "POST"])
@login_required
@vary_on_headers("HX-Request")
def begin(request: UserRequest, workspace: UUID, definition: UUID) -> HttpResponse:
    """Ask which target to try the definition on; try it.

    ``target`` is its code; ``text`` a document in the place of the saved one, ``seed`` a whole
    number.
    """
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.definition_of(opened, definition)
    if request.method == "GET":
        return _page(request, found)
    try:
        trial = _begun(request, opened, found)
    except trials.CannotTry as refused:
        return _page(request, found, refusal=str(refused), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if "HX-Request" in request.headers:
        return _page(request, found, trial=trial)
    return redirect("definitions:trial", opened.code, found.code, trial.code)


@require_GET
@login_required
@vary_on_headers("HX-Request")
def watch(request: UserRequest, workspace: UUID, definition: UUID, trial: UUID) -> HttpResponse:
    """Show how far the trial is; only that part, when htmx asks."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.definition_of(opened, definition)
    try:
        return _page(request, found, trial=trials.kept(found.code, trial, now=time()))
    except trials.CannotTry as gone:
        return _page(request, found, refusal=str(gone))


def _begun(request: UserRequest, workspace: Workspace, definition: Definition) -> trials.Trial:
    """Hold the document against the target, and put the trial into the queue.

    Raises:
        CannotTry: It cannot run like this, or not now.
    """
    target = _target(workspace, request.POST.get("target", ""))
    saved = definition.text
    text = request.POST.get("text", saved).replace("\r\n", "\n")
    seed = _seed(request.POST.get("seed", ""))
    _hold(workspace, text, target=target, seed=seed)
    order = trials.Order(
        workspace=workspace.id, definition=definition.id, target=target.id, text=text, seed=seed
    )
    source = f"version {definition.number}" if text == saved else DRAFT
    trial = trials.ask(
        definition, order, target=target.name, address=target.address, source=source, now=time()
    )
    queues.enqueue_on_commit(
        "reports",
        trial_jobs.run_trial,
        str(definition.code),
        trial.code,
        timeout=trials.JOB_TIMEOUT,
    )
    return trial


def _target(workspace: Workspace, code: str) -> Target:
    try:
        return target_of(workspace, UUID(code))
    except (ValueError, ValidationError, Http404) as error:
        raise trials.CannotTry(NO_TARGET) from error


def _seed(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else DEFAULT_SEED


def _hold(workspace: Workspace, text: str, *, target: Target, seed: int) -> None:
    """Raise CannotTry when the document has errors, or cannot run on the target."""
    try:
        checked = check(workspace, text)
        if checked.definition is None:
            raise trials.CannotTry(
                f"The document has an error: {checked.problems[0]}. Mend it first."
            )
        found = simulator.lot_problems(
            [(checked.definition, 1)],
            speech=speech_of(target),
            datasets=WorkspaceDatasets(workspace, rows=1),
            seed=seed,
        )
    except storage.StorageUnavailable as error:
        raise trials.CannotTry(STORE_IS_DOWN) from error
    except simulator.DatasetError as error:
        raise trials.CannotTry(f"{error}.") from error
    problems = [*(each.problem for each in found), *beyond(target, checked.definition)]
    if problems:
        raise trials.CannotTry(f"It cannot run like this on “{target}”: {_told(problems)}.")


def _told(problems: Sequence[simulator.Problem]) -> str:
    """Return the first problems in one text, and how many more there are."""
    more = [f"and {len(problems) - MOST_TOLD} more"] if len(problems) > MOST_TOLD else []
    return "; ".join([*map(str, problems[:MOST_TOLD]), *more])


def _page(
    request: UserRequest,
    definition: Definition,
    *,
    trial: trials.Trial | None = None,
    refusal: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """Return the page, or for htmx, which swaps only what is a success, its part."""
    context: dict[str, Any] = {"definition": definition, "trial": trial, "refusal": refusal}
    if "HX-Request" in request.headers:
        return render(request, "definitions/_trial.html", context)
    context["targets"] = targets_of(definition.workspace)
    return render(request, "definitions/trial.html", context, status=status)
