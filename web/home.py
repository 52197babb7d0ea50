"""The first page of a workspace: what to do next, and what ran lately.

It stands above the apps, for it shows something of each.
"""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Workspace
from web.definitions.access import definitions_of
from web.lots.access import lots_of
from web.runs.access import runs_of
from web.targets.access import targets_of

RECENT = 6  # runs that the page shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A line of the checklist; ``is_next`` is the first that is not done."""

    title: str
    text: str
    url: str
    action: str
    is_done: bool
    is_next: bool = False


@require_GET
@login_required
def home(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Show the checklist until there is a run, and the latest runs from then on."""
    opened = open_workspace(request, workspace)
    recent = list(runs_of(opened)[:RECENT])
    context = {"runs": recent, "steps": [] if recent else steps(opened)}
    return render(request, "home.html", context)


def steps(workspace: Workspace) -> list[Step]:
    """Return what leads to a first run, in order, with the first open one marked."""
    first = workspace.get_absolute_url()
    has_lot = lots_of(workspace).exists()
    lines = [
        (
            "Define a device",
            "Its values, messages and statuses. Start from a sample payload or from an example.",
            f"{first}definitions/",
            "Definitions",
            definitions_of(workspace).exists(),
        ),
        (
            "Name a target",
            "The MQTT broker or the HTTP server that the devices connect to.",
            f"{first}targets/",
            "Targets",
            targets_of(workspace).exists(),
        ),
        (
            "Put a lot together",
            "Which devices, how many of them, where to and for how long.",
            f"{first}lots/",
            "Lots",
            has_lot,
        ),
        (
            "Run it",
            "Watch every device live, and what each one sends.",
            f"{first}lots/",
            "Lots",
            False,
        ),
    ]
    open_ones = [title for title, _, _, _, is_done in lines if not is_done]
    return [
        Step(
            title=title,
            text=text,
            url=url,
            action=action,
            is_done=done,
            is_next=title == open_ones[0],
        )
        for title, text, url, action, done in lines
    ]
