"""The JSON Schema of definitions at an address of its own, for editors anywhere."""

from functools import cache

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

import simulator
from web.platform.schemas import MAX_AGE, schema_answer


@require_GET
@cache_control(public=True, max_age=MAX_AGE)
@gzip_page
def definition(_: HttpRequest) -> HttpResponse:
    """Return the schema; open to everybody, because an editor has no session."""
    address = settings.SITE_URL + reverse("definition-schema")
    return schema_answer(_schema(address))


@cache
def _schema(address: str) -> bytes:
    """Return the schema's text, made once in a process: it takes a quarter of a second."""
    return orjson.dumps(simulator.definition_schema(address))
