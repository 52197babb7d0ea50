"""A JSON Schema as an answer, for forms here and editors anywhere.

Rule: open to everybody, because an editor has no session; nothing of a workspace stands in one.
"""

from django.http import HttpResponse

MAX_AGE = 3_600  # s; a deployment may bring new words


def schema_answer(schema: bytes) -> HttpResponse:
    """Return the answer with a schema's text."""
    response = HttpResponse(schema, content_type="application/schema+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
