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
STEPS = (  # title, text, and the list below the workspace's address where it is done
    (
        "Define a device",
        "Its values, messages and statuses. Start from a sample payload or from an example.",
        "definitions",
    ),
    (
        "Name a target",
        "The MQTT broker or the HTTP server that the devices connect to.",
        "targets",
    ),
    ("Put a lot together", "Which devices, how many of them, where to and for how long.", "lots"),
    ("Run it", "Watch every device live, and what each one sends.", "lots"),
)


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
    done = [rows(workspace).exists() for rows in (definitions_of, targets_of, lots_of)]
    done.append(False)  # who has a run is not shown this
    return [
        Step(
            title=title,
            text=text,
            url=f"{workspace.get_absolute_url()}{path}/",
            action=path.capitalize(),
            is_done=is_done,
            is_next=number == done.index(False),
        )
        for number, ((title, text, path), is_done) in enumerate(zip(STEPS, done, strict=True))
    ]
