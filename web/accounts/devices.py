"""Browsers that a user has signed in with before, by a signed cookie.

Rule: it proves nothing but that. Who has it is counted apart from everybody else who tries the same
account, so that a storm of wrong passwords from elsewhere does not shut its owner out.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from web.accounts.models import User

SALT = "mocklot.device"
LIFE = 400 * 24 * 60 * 60  # s; browsers keep a cookie no longer
MOST_USERS = 5  # that one browser is remembered for


def known_device(request: HttpRequest, user: User) -> str:
    """Return the name of the browser if this user has signed in with it; else an empty text.

    A new password makes all browsers unknown.
    """
    held = read(request)
    return str(held["device"]) if held["users"].get(str(user.code)) == mark_of(user) else ""


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Keep in the browser that this user has signed in with it."""
    held = read(request)
    others = {code: mark for code, mark in held["users"].items() if code != str(user.code)}
    users = dict([*others.items(), (str(user.code), mark_of(user))][-MOST_USERS:])
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps({"device": held["device"], "users": users}, salt=SALT),
        max_age=LIFE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def read(request: HttpRequest) -> dict[str, Any]:
    """Return what the browser holds: its name, and a mark for each user; a new name at first."""
    try:
        held = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=LIFE
        )
    except signing.BadSignature:
        return {"device": secrets.token_urlsafe(12), "users": {}}
    return {"device": held["device"], "users": held["users"]}


def mark_of(user: User) -> str:
    """Return what changes with the password."""
    return user.get_session_auth_hash()[:16]
