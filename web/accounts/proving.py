"""Holds what is dangerous to a session whose user has proved lately who they are.

Rule: a session that was left open, or a cookie that was stolen, must not be enough to take over an
account, to make keys or to delete a workspace.
"""

from collections.abc import Callable
from functools import wraps
from time import time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

RECENT = 15 * 60  # s
PROVED = "proved"  # in the session: when, s since 1970

View = Callable[..., HttpResponse]


def note_proof(request: HttpRequest) -> None:
    """Remember that the user has proved who they are now."""
    request.session[PROVED] = int(time())


def has_proved(request: HttpRequest) -> bool:
    """Whether the user has proved who they are within ``RECENT``."""
    proved = request.session.get(PROVED)
    return isinstance(proved, int) and time() - proved <= RECENT


def recently_proved(view: View) -> View:
    """Return a view of signed-in users that asks for a proof first, unless there was one lately.

    A form that was sent too late is asked for again: what was typed is lost.
    """

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if has_proved(request):
            return view(request, *args, **named)
        query = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse('prove')}?{query}")

    return asking
