"""What other services post to us without a session: how long a body says that it is.

Rule: a body is refused by its announced length, before any of it is read; the server hands on no
more of it than was announced, and nothing where nothing was.
"""

from django.http import HttpRequest


def length_of(request: HttpRequest) -> int:
    """Return how many bytes the body has; 0 where the request does not say it."""
    said = request.headers.get("Content-Length", "")
    return int(said) if said.isascii() and said.isdecimal() else 0
