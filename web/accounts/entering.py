"""The way in: from a right password, or a passkey, to an open session.

Rule: whoever has two factors gets no session for one of them; until the second is shown, the
session of the visitor only remembers, for minutes, whose password was right.
"""

from time import time

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from web.accounts import access, devices, guard, visits
from web.accounts.models import User
from web.audit.actions import note

WAITING = "second"  # in the session: [user, mark, when, next]
LIFE = 10 * 60  # s between the two factors
BACKEND = "django.contrib.auth.backends.ModelBackend"


def safe_next(request: HttpRequest) -> str:
    """Return where to go on to: ``next`` when it is an address of ours, else an empty text."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""


def after_password(request: HttpRequest, user: User) -> HttpResponse:
    """Let in who has shown the right password, or ask for the second factor."""
    if not user.has_two_factors:
        return enter(request, user, way="password", next_page=safe_next(request))
    mark = devices.mark_of(user)
    request.session[WAITING] = [str(user.code), mark, int(time()), safe_next(request)]
    return redirect("second_factor")


def who_waits(request: HttpRequest) -> User | None:
    """Return whose password was right a short time ago; None: nobody's."""
    code, mark, at, _ = request.session.get(WAITING, ("", "", 0, ""))
    user = access.user_with_code(code) if time() - at <= LIFE else None
    return user if user and devices.mark_of(user) == mark else None


def after_second(request: HttpRequest, user: User, *, way: str) -> HttpResponse:
    """Let in who has shown the second factor too."""
    next_page = request.session.get(WAITING, ("", "", 0, ""))[3]
    return enter(request, user, way=f"password and {way}", next_page=next_page)


def enter(request: HttpRequest, user: User, *, way: str, next_page: str) -> HttpResponse:
    """Open the session, remember the browser, and go on to where the user wanted to go."""
    request.session.pop(WAITING, None)
    guard.went_well(request, user.email)
    login(request, user, backend=BACKEND)
    visits.name_way(request, way)
    note("account.signed_in", user=user, words=f"By {way}.")
    response = redirect(next_page or settings.LOGIN_REDIRECT_URL)
    devices.remember(request, response, user)
    return response
