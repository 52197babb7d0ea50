"""The JSON Schema of what a lot says beside its own fields."""

from functools import cache

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

import simulator
from web.platform.schemas import MAX_AGE, schema_answer


@require_GET
@cache_control(public=True, max_age=MAX_AGE)
@gzip_page
def lot(_: HttpRequest) -> HttpResponse:
    """Return the schema of pace, faults, records and thresholds."""
    return schema_answer(_schema())


@cache
def _schema() -> bytes:
    return orjson.dumps(simulator.lot_schema())
