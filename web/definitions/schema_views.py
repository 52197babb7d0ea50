"""The JSON Schema of definitions at an address of its own, for editors anywhere."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

import simulator

MAX_AGE = 3_600  # s; a deployment may bring new words


@require_GET
@cache_control(public=True, max_age=MAX_AGE)
def definition(_: HttpRequest) -> JsonResponse:
    """Return the schema; open to everybody, because an editor has no session."""
    schema = simulator.definition_schema(settings.SITE_URL + reverse("definition-schema"))
    response = JsonResponse(schema, content_type="application/schema+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
