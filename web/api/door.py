"""The door of the API: which key a request shows, and whether that may do it.

Rule: a route names the least role once, in ``needs``; a key opens one workspace and no other.
"""

from typing import Any

from django.http import HttpRequest
from ninja.security.base import AuthBase

from web.accounts.access import RoleTooLow
from web.accounts.models import Role, User, Workspace
from web.keys import access
from web.keys.models import Key
from web.platform.limiting import who
from web.platform.limits import Claim, Limit, hold


class KeyRequest(HttpRequest):
    """A request with a key that is good; ``user`` is for whom it acts."""

    auth: Key
    user: User
    workspace: Workspace
    role: Role


class ApiKey(AuthBase):
    """Lets in who shows a key of at least a role."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_bearerFormat = "mlk_…"  # noqa: N815 (the specification's word)
    openapi_description = "An API key of a workspace: Workspace, Members, API keys."

    def __init__(self, least: Role) -> None:
        super().__init__()
        self.least = least

    def __call__(self, request: HttpRequest) -> Key | None:
        """Return the key, and set the request's user, workspace and role; None: no good one.

        Raises:
            OverLimit: Too many requests.
            RoleTooLow: The key may not do this.
        """
        key = access.authenticate(request)
        if key is None or key.allowed is None:
            return None
        request.user = key.created_by
        request.workspace = key.workspace  # type: ignore[attr-defined]
        request.role = key.allowed  # type: ignore[attr-defined]
        if not key.allowed.may(self.least):
            raise RoleTooLow(role=key.allowed, needed=self.least, workspace=key.workspace)
        return key


def needs(least: Role) -> dict[str, Any]:
    """Return what a route says so that only keys of at least ``least`` may use it."""
    return {"auth": ApiKey(least), "openapi_extra": {"x-role": least.value}}


VIEWER, EDITOR = needs(Role.VIEWER), needs(Role.EDITOR)


def count(request: KeyRequest, limit: Limit) -> None:
    """Count one of a limit, of the same that the console's pages count.

    Raises:
        OverLimit: There is none left.
    """
    hold(Claim(limit, who(request)))
