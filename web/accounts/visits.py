"""The sessions of a user, as the user sees them: where each was opened, and when it was seen.

Rule: a session is ended by deleting it; its row here only tells of it.
"""

from datetime import timedelta
from time import time

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from web.accounts.models import User, Visit
from web.accounts.proving import note_proof
from web.platform.addresses import client_address

SEEN_EVERY = 5 * 60  # s between two writes of when a session was seen
LONGEST = 90 * 24 * 60 * 60  # s that a session may last, however busy it is
SEEN, SINCE = "seen", "since"  # in the session: s since 1970
MOST_AGENT = 300  # characters kept of what a browser calls itself


def on_sign_in(request: HttpRequest, user: User, **_: object) -> None:
    """Begin a session's row; told by Django when somebody has signed in."""
    request.session[SINCE] = int(time())
    note_proof(request)
    note_visit(request, user)


def on_sign_out(request: HttpRequest, **_: object) -> None:
    """Forget a session's row; told by Django before the session ends."""
    Visit.objects.filter(key=request.session.session_key or "").delete()


def keep(request: HttpRequest) -> None:
    """Keep up when a session was seen, and end it when it has lasted too long."""
    if not isinstance(request.user, User):
        return
    now = int(time())
    if now - request.session.setdefault(SINCE, now) > LONGEST:
        logout(request)
    elif now - request.session.get(SEEN, 0) > SEEN_EVERY:
        note_visit(request, request.user)


def note_visit(request: HttpRequest, user: User) -> None:
    """Write when and from where a session was seen."""
    session = request.session
    session[SEEN] = int(time())
    if not session.session_key:
        session.save()
    facts = {
        "user": user,
        "seen": timezone.now(),
        "address": client_address(request),
        "agent": request.headers.get("User-Agent", "")[:MOST_AGENT],
    }
    Visit.objects.update_or_create(key=session.session_key, defaults=facts)


def name_way(request: HttpRequest, way: str) -> None:
    """Keep how the session was opened: "password and code"."""
    Visit.objects.filter(key=request.session.session_key).update(way=way)


def visits_of(user: User) -> QuerySet[Visit]:
    """Return a user's sessions that go on, the one seen last first."""
    alive = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return Visit.objects.filter(user=user, seen__gt=alive)


def end(visits: QuerySet[Visit]) -> int:
    """End sessions; return how many."""
    count = 0
    for visit in visits:
        SessionStore().delete(visit.key)
        visit.delete()
        count += 1
    return count


def end_others(request: HttpRequest, user: User) -> int:
    """End all sessions of a user but this one; return how many."""
    return end(Visit.objects.filter(user=user).exclude(key=request.session.session_key or ""))


def renew(request: HttpRequest) -> None:
    """Give a session whose user has proved who they are another key; the old one ends."""
    old = request.session.session_key
    request.session.cycle_key()
    follow(request, old)
    note_proof(request)


def follow(request: HttpRequest, old: str | None) -> None:
    """Take over the row of a session whose key was ``old``."""
    Visit.objects.filter(key=old or "").update(key=request.session.session_key)


def forget() -> None:
    """Remove rows of sessions that have expired."""
    alive = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    Visit.objects.filter(seen__lt=alive).delete()
