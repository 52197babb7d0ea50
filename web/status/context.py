"""What every page of the console is told of incidents."""

from typing import Any

from django.http import HttpRequest

from web.accounts.models import User
from web.status import banners


def incidents(request: HttpRequest) -> dict[str, Any]:
    """Return ``banners`` for pages of who is signed in."""
    is_signed_in = isinstance(getattr(request, "user", None), User)
    return {"banners": banners.banners(request) if is_signed_in else []}
