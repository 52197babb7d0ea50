"""Control over a live run: its page, the orders that people give there, and the end at once."""

from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.runs import access, actions, orders
from web.runs.aims import everybody, whom
from web.runs.faces import face_of
from web.runs.injections import LEAD
from web.runs.models import Order, Run
from web.runs.order_words import AIMED, FORMS, is_for_all, order_in, told_in_form
from web.runs.timeline import control_page

ENDED = "This run had ended already."


@require_GET
@login_required
@never_cache
def control(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Show what was ordered, and what can be.

    A page that is open asks again, and says in ``as`` what it shows; once something else can be
    ordered it is told to load anew.
    """
    found = access.run_of(open_workspace(request, workspace), run)
    if request.GET.get("as", face_of(found)) != face_of(found):
        return HttpResponse(headers={"HX-Redirect": access.control_address(found)})
    return _page(request, found)


@require_POST
@login_required
def order(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Give an order; ``code`` makes a form that is sent twice one order."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.run_of(opened, run)
    said = order_in(request.POST)
    is_short = "back" in request.POST  # asked for by a button of another page
    try:
        if is_for_all(said) and "sure" not in request.POST:
            return _ask_first(request, found, said)
        given = orders.ask(found, said, by=request.user, code=_code(request.POST.get("code", "")))
    except orders.CannotOrder as cannot:
        if not is_short:
            wrong = told_in_form(cannot.problems) if said["order"] in FORMS else ""
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return _page(request, found, wrong=wrong or str(cannot), status=status)
        messages.error(request, str(cannot))
    else:
        messages.success(request, f"In {LEAD:g} s: {given}{_for_whom(given)}.")
    return redirect(_back(found, request.POST.get("back", "control")))


@require_http_methods(["GET", "POST"])
@login_required
def abort(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Ask, then end a live run at once."""
    found = access.run_of(open_workspace(request, workspace, role=Role.EDITOR), run)
    if request.method == "GET":
        return render(request, "runs/abort.html", {"run": found})
    if not actions.abort_run(found, by=request.user):
        messages.info(request, ENDED)
    return redirect(found)


def _ask_first(request: UserRequest, run: Run, said: dict[str, Any]) -> HttpResponse:
    """Ask whether an order is really for all mocks.

    Raises:
        CannotOrder: It cannot be given at all.
    """
    order = orders.read(run, said)
    orders.check(run, order)
    context = {
        "run": run,
        "named": getattr(order, "status", "") or getattr(order, "message", ""),
        "whom": everybody(run.mocks),
        "said": {word: value for word, value in said.items() if isinstance(value, str)},
        "code": request.POST.get("code", ""),
        "back": request.POST.get("back", ""),
        "cancel": _back(run, request.POST.get("back", "control")),
    }
    return render(request, "runs/everybody.html", context)


def _for_whom(order: Order) -> str:
    """Return whom an order is for, where orders of its kind may be for some."""
    if order.kind not in AIMED:
        return ""
    return f" for {whom(order.order.get('aim', {}), mocks=order.run.mocks)}"


def _page(
    request: UserRequest, run: Run, *, wrong: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "run": run,
        "face": face_of(run),
        "page": control_page(run, page=request.GET.get("page", "")),
        "wrong": wrong,
        "has_form": run.is_orderable and request.POST.get("order") in FORMS,
        "said": request.POST,
        "codes": [uuid4() for _ in range(5)],  # one a form
    }
    return render(request, "runs/control.html", context, status=status)


def _back(run: Run, place: str) -> str:
    """Return the page that an order was given on; a number is that mock's."""
    if place.isdecimal() and int(place) < run.mocks:
        return access.mock_address(run, int(place))
    if place == "wall":
        return access.wall_address(run)
    if place == "map":
        return access.map_address(run)
    return run.get_absolute_url() if place == "run" else access.control_address(run)


def _code(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
