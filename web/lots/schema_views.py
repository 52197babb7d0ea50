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


@require_GET
@cache_control(public=True, max_age=MAX_AGE)
@gzip_page
def faults(_: HttpRequest) -> HttpResponse:
    """Return the schema of faults alone, for those that are put into a run by hand."""
    return schema_answer(_fault_schema())


@cache
def _schema() -> bytes:
    return orjson.dumps(simulator.lot_schema())


@cache
def _fault_schema() -> bytes:
    return orjson.dumps(simulator.fault_schema())
