"""The pages of drains: a list, one drain, its form, its dead letters."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.drains import access, actions, pages
from web.drains.forms import FORMS, DrainForm
from web.drains.letters import contents_of
from web.drains.models import Drain, Kind
from web.runs.access import run_of

PAGE = 25
LETTERS = 10
RUNS = 10


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the workspace's drains with how each is doing."""
    rows = access.drains_of(open_workspace(request, workspace))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    standings = pages.standings_of(list(page))
    shown = [(standing, pages.destination(standing.drain)) for standing in standings]
    name = "drains/_list.html" if "HX-Request" in request.headers else "drains/index.html"
    return render(request, name, {"page": page, "drains": shown})


@require_GET
@login_required
def detail(request: UserRequest, workspace: UUID, drain: UUID) -> HttpResponse:
    """Show one drain: how it is doing, its runs, its dead letters. Its secrets are not shown."""
    found = access.drain_of(open_workspace(request, workspace), drain)
    context = {"drain": found, "standing": pages.standing_of(found)}
    if "HX-Request" in request.headers:
        return render(request, "drains/_standing.html", context)
    query = request.GET
    context |= {
        "destination": pages.destination(found),
        "facts": pages.facts(found),
        "taken": pages.taken(found),
        "letters": Paginator(access.letters_of(found), LETTERS).get_page(query.get("letters")),
        "runs": Paginator(access.runs_of(found), RUNS).get_page(query.get("runs")),
        "runs_to_send": access.runs_to_send(found),
    }
    return render(request, "drains/detail.html", context)


@require_GET
@login_required
def series(request: UserRequest, workspace: UUID, drain: UUID) -> HttpResponse:
    """Return how far it was behind, over the last day."""
    return JsonResponse(pages.series(access.drain_of(open_workspace(request, workspace), drain)))


@require_http_methods(["GET", "POST"])
@login_required
def create(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Make a drain; without ``?kind=`` choose what is at its other end."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    kind = request.GET.get("kind", "")
    if kind in Kind.values:
        return _form_page(request, Drain(workspace=opened, kind=kind))
    if request.method == "POST":
        raise Http404("no such kind")
    kinds = [(each, each.label, pages.SUMMARIES[each]) for each in Kind]
    return render(request, "drains/begin.html", {"kinds": kinds})


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: UserRequest, workspace: UUID, drain: UUID) -> HttpResponse:
    """Change a drain; what is sent from now on goes by the new settings."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _form_page(request, access.drain_of(opened, drain))


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: UserRequest, workspace: UUID, drain: UUID) -> HttpResponse:
    """Ask whether to delete a drain, and delete it."""
    found = _own(request, workspace, drain)
    if request.method == "GET":
        context = {"drain": found, "standing": pages.standing_of(found)}
        return render(request, "drains/delete.html", context)
    actions.delete_drain(found)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("drains:index", workspace)


@require_POST
@login_required
def pause(request: UserRequest, workspace: UUID, drain: UUID) -> HttpResponse:
    """Let nothing more go out."""
    found = _own(request, workspace, drain)
    if actions.pause(found, by=request.user):
        messages.success(request, "It is paused. What waits is kept as long as its log is.")
    return redirect(found)


@require_POST
@login_required
def resume(request: UserRequest, workspace: UUID, drain: UUID) -> HttpResponse:
    """Go on where it was left."""
    found = _own(request, workspace, drain)
    if actions.resume(found):
        messages.success(request, "It goes on where it was left.")
    return redirect(found)


@require_POST
@login_required
def try_now(request: UserRequest, workspace: UUID, drain: UUID) -> HttpResponse:
    """Try again at once, after failures."""
    found = _own(request, workspace, drain)
    actions.try_now(found)
    messages.success(request, "It is tried again now.")
    return redirect(found)


@require_POST
@login_required
def test(request: UserRequest, workspace: UUID, drain: UUID) -> HttpResponse:
    """Have one record sent that is marked as a test."""
    found = _own(request, workspace, drain)
    return _tried(request, found, lambda: actions.test(found), "One record is on its way.")


@require_POST
@login_required
def send_run(request: UserRequest, workspace: UUID, drain: UUID) -> HttpResponse:
    """Have a whole run sent, also an older one."""
    found = _own(request, workspace, drain)
    run = run_of(found.workspace, _code(request.POST.get("run", "")))
    actions.send_run(found, run)
    messages.success(request, f"All of {run.name} is sent, from its beginning.")
    return redirect(found)


@require_GET
@login_required
def letter(request: UserRequest, workspace: UUID, letter: UUID) -> HttpResponse:
    """Show what was refused, and why."""
    found = access.letter_of(open_workspace(request, workspace), letter)
    return render(request, "drains/letter.html", {"letter": found, "contents": contents_of(found)})


@require_POST
@login_required
def send_again(request: UserRequest, workspace: UUID, letter: UUID) -> HttpResponse:
    """Have a dead letter sent once more."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.letter_of(opened, letter)
    words = f"{found.records:,} records are sent again."
    return _tried(request, found.drain, lambda: actions.send_again(found), words)


@require_http_methods(["GET", "POST"])
@login_required
def discard(request: UserRequest, workspace: UUID, letter: UUID) -> HttpResponse:
    """Ask whether to remove a dead letter, and remove it."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.letter_of(opened, letter)
    if request.method == "GET":
        return render(request, "drains/discard.html", {"letter": found})
    return _tried(request, found.drain, lambda: actions.discard(found), "They are removed.")


def _own(request: UserRequest, workspace: UUID, drain: UUID) -> Drain:
    """Return a drain that this user may change."""
    return access.drain_of(open_workspace(request, workspace, role=Role.EDITOR), drain)


def _tried(request: UserRequest, drain: Drain, act: Callable[[], None], words: str) -> HttpResponse:
    """Do it and say so, or say why not; then the drain's page."""
    try:
        act()
    except (actions.CannotSend, actions.StorageDown) as cannot:
        messages.error(request, str(cannot))
    else:
        messages.success(request, words)
    return redirect(drain)


def _code(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404("no such run") from error


def _form_page(request: UserRequest, drain: Drain) -> HttpResponse:
    form = FORMS[drain.kind](request.POST or None, instance=drain)
    if request.method == "GET" or not form.is_valid():
        return _form(request, form, status=200 if request.method == "GET" else 422)
    lots, changes = form.cleaned_data["lots"], form.secret_changes
    try:
        saved = actions.save_drain(form.instance, lots=lots, secrets=changes, by=request.user)
    except (actions.NameTaken, actions.TooMany) as refused:
        form.add_error("name" if isinstance(refused, actions.NameTaken) else None, str(refused))
        return _form(request, form, status=422)
    messages.success(request, f"{saved.name} is saved.")
    return redirect(saved)


def _form(request: UserRequest, form: DrainForm, *, status: int) -> HttpResponse:
    context = {"form": form, "drain": form.instance}
    return render(request, "drains/form.html", context, status=status)
