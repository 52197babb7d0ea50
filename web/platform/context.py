"""What every page of the console knows about the parts it stands on."""

from typing import Any

from django.http import HttpRequest

from web.platform import health


def console(request: HttpRequest) -> dict[str, Any]:
    """Return ``outages``: a sentence for each part that does not answer, for signed-in pages."""
    is_signed_in = getattr(request, "workspace", None) is not None
    return {"outages": health.outages() if is_signed_in else []}
