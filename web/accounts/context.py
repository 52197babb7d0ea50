"""What every template knows of the user and the workspace."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from web.accounts import access
from web.accounts.models import Role, Theme, User, Workspace

PAGES = (
    "Definitions",
    "Datasets",
    "Targets",
    "Lots",
    "Schedules",
    "Runs",
    "Watching",
    "Reports",
    "Drains",
    "Usage",
    "Members",
)
"""The entries below Overview; each lies under its name in lower case."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the navigation."""

    label: str
    url: str
    is_here: bool


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Return ``workspace``, ``role``, ``can_edit``, ``can_own``, ``workspaces``, ``navigation``.

    Without an open workspace the flags are False and ``workspace`` is None.
    ``menu_workspace`` is the open one, else the one that was open last, for the menu of pages that
    lie in none. ``theme`` and ``themes`` say how the page is drawn and what else there is.
    """
    opened: Workspace | None = getattr(request, "workspace", None)
    role: Role | None = getattr(request, "role", None)
    asking = getattr(request, "user", None)
    user = asking if isinstance(asking, User) else None
    workspaces = list(access.workspaces_of(user)) if user else []
    menu = opened or last_open(workspaces, request)
    return {
        "workspace": opened,
        "role": role,
        "can_edit": role is not None and role.may(Role.EDITOR),
        "can_own": role is not None and role.may(Role.OWNER),
        "workspaces": workspaces,
        "menu_workspace": menu,
        "navigation": navigation(menu, request.path) if menu else [],
        "theme": user.theme if user else chosen_theme(request),
        "themes": [("auto", "Auto"), ("light", "Light"), ("dark", "Dark")],
    }


def last_open(workspaces: list[Workspace], request: HttpRequest) -> Workspace | None:
    """Return the one that the session remembers, else the first, else None."""
    if not workspaces:
        return None
    code = request.session.get("workspace")
    return next((known for known in workspaces if str(known.code) == code), workspaces[0])


def navigation(opened: Workspace, path: str) -> list[Link]:
    """Return the pages of a workspace, with the one that ``path`` lies under marked."""
    first = opened.get_absolute_url()
    links = [(page, f"{first}{page.lower()}/") for page in PAGES]
    overview = Link("Overview", first, path == first)
    return [overview, *(Link(label, url, path.startswith(url)) for label, url in links)]


def chosen_theme(request: HttpRequest) -> str:
    """Return the theme that the cookie of a signed-out visitor names."""
    theme = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return theme if theme in Theme.values else Theme.AUTO
