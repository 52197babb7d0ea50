"""The JSON Schema of what a target of each protocol says beside its own fields."""

from collections.abc import Collection
from functools import cache
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

import simulator
from web.platform.schemas import MAX_AGE, schema_answer
from web.targets import actions
from web.targets.models import Target
from web.targets.protocols import PROTOCOLS


@require_GET
@cache_control(public=True, max_age=MAX_AGE)
@gzip_page
def target(request: HttpRequest, protocol: str) -> HttpResponse:
    """Return the schema of a protocol's options; of MQTT, in its ``version`` where one is said."""
    if protocol not in PROTOCOLS:
        raise Http404
    version = request.GET.get("version", "")
    return schema_answer(_schema(protocol, version if version in Target.Version else ""))


@cache
def _schema(protocol: str, version: str) -> bytes:
    without = actions.words_of_fields(protocol)
    schema = simulator.target_schema(protocol, without=without, version=version)
    for word, fields in actions.words_inside(protocol).items():
        if word in schema["properties"]:
            _leave_out(schema, word, fields)
    return orjson.dumps(schema)


def _leave_out(schema: dict[str, Any], word: str, fields: Collection[str]) -> None:
    """Take words that have fields of their own out of what stands under a word."""
    reference = schema["properties"][word]["anyOf"][0]
    whole = schema["$defs"][reference["$ref"].rpartition("/")[2]]
    rest = {name: shape for name, shape in whole["properties"].items() if name not in fields}
    needed = [name for name in whole.get("required", ()) if name not in fields]
    if not rest:
        del schema["properties"][word]
        return
    # A shape of its own, for other words may have all of it.
    schema["$defs"][f"rest of {word}"] = {**whole, "properties": rest, "required": needed}
    reference["$ref"] = f"#/$defs/rest of {word}"
