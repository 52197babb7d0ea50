"""The API put together: its routes, its errors, and the document that says what it takes."""

import json
import re
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.operation import Operation

from web.api.problems import HANDLERS, METHOD, MISSING
from web.api.routes import (
    datasets,
    definitions,
    log,
    lots,
    mocks,
    orders,
    reports,
    runs,
    targets,
    usage,
    workspace,
)
from web.platform.problems import MEDIA_TYPE

PREFIX = "/api/v1/"
ABOUT = """\
Devices by the lot, for programs. Each request shows an API key of a workspace:
`Authorization: Bearer mlk_…`. Lists come in pages: `next` of one is `cursor` of the following one.
Errors are problem details (RFC 9457). Times are ISO 8601 with their offset, durations seconds.\
"""
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What is wrong (RFC 9457).",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "description": "Address that tells what kind it is."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence about this case."},
        "errors": {
            "type": "array",
            "description": "Each mistake: detail, and pointer (JSON Pointer into the body, or the "
            "name in query or header) or place in the document, with line and column.",
            "items": {"type": "object"},
        },
    },
}


class Api(NinjaAPI):
    """The API of version 1."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of the function, which no other route has."""
        return str(operation.view_func.__name__)


api = Api(title="Mocklot", version="1", description=ABOUT, openapi_url=None, urls_namespace="api")
for module in (
    workspace, usage, definitions, datasets, targets, lots, runs, orders, mocks, log, reports,
):  # fmt: skip
    api.add_router("", module.router)
for error, handler in HANDLERS.items():
    api.add_exception_handler(error, handler)


def routes() -> list[URLPattern]:
    """Return the addresses below ``PREFIX``; what is none of them is answered as a problem."""
    patterns = cast("list[URLPattern]", api.urls[0])
    own = [pattern for pattern in patterns if pattern.name != "api-root"]
    for pattern in own:
        pattern.callback = answering(pattern.callback)
    return own


def answering(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Return a view that answers a wrong method as a problem, and 304 to who knows the answer."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **named)
        if response.status_code == METHOD.status:
            allowed = {"Allow": response.headers["Allow"]}
            return METHOD.answer(f"Allowed here: {allowed['Allow']}.", headers=allowed)
        if request.method == "GET" and "ETag" in response.headers:
            tag = response.headers["ETag"]
            return cast(HttpResponse, get_conditional_response(request, tag, response=response))
        return response

    return answer


@csrf_exempt  # as the routes are, or a wrong address would be answered with a page
def nothing(_request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer that there is no such route."""
    return MISSING.answer(f"The API has no route {PREFIX}{rest}.")


def public(name: str) -> str:
    """Return how programs call a model: `LotTold` is their `Lot`, a page of them `LotPage`."""
    if of := re.fullmatch(r"Listed_(\w+)_", name):
        return public(of[1]) + "Page"
    return name.removesuffix("Told")


def named(said: dict[str, Any]) -> dict[str, Any]:
    """Return the document with its models named for programs, which generate classes of them."""
    text = re.sub(r'(?<="#/components/schemas/)\w+', lambda m: public(m[0]), json.dumps(said))
    renamed: dict[str, Any] = json.loads(text)
    models = renamed["components"]["schemas"]
    renamed["components"]["schemas"] = {
        public(name): {**model, "title": public(name)} for name, model in models.items()
    }
    return renamed


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document, version 3.1."""
    said = named(dict(api.get_openapi_schema(path_prefix=PREFIX)))
    said["components"]["schemas"]["Problem"] = PROBLEM
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in said["paths"].values():
        for operation in path.values():
            answers = {**operation["responses"], "default": {"description": "A problem"}}
            answers["default"]["content"] = content
            operation["responses"] = answers
    return said
