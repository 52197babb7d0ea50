"""The JSON Schema of what a target of each protocol says beside its own fields."""

from functools import cache

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

import simulator
from web.platform.schemas import MAX_AGE, schema_answer
from web.targets import actions
from web.targets.protocols import PROTOCOLS


@require_GET
@cache_control(public=True, max_age=MAX_AGE)
@gzip_page
def target(_: HttpRequest, protocol: str) -> HttpResponse:
    """Return the schema of a protocol's options."""
    if protocol not in PROTOCOLS:
        raise Http404
    return schema_answer(_schema(protocol))


@cache
def _schema(protocol: str) -> bytes:
    return orjson.dumps(
        simulator.target_schema(protocol, without=actions.words_of_fields(protocol))
    )
