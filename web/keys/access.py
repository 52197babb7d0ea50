"""The only door to API keys; programs show one, people look at them."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from web.accounts.models import Membership, Role, User, Workspace
from web.audit.origin import current
from web.keys.models import Key
from web.platform.addresses import client_address, network_of
from web.platform.limiting import API_ADDRESS, API_KEY
from web.platform.limits import Claim, hold

MARK = "mlk"  # begins every key, so that people and scanners of leaks know one
TOUCH = timedelta(minutes=1)  # how exactly the last use is kept


def authenticate(request: HttpRequest) -> Key | None:
    """Return the key that a request shows as ``Authorization: Bearer mlk_…``, if it is good.

    ``key.workspace`` is where it may do something, ``key.allowed`` up to which role, and
    ``key.created_by`` the user it acts for. The audit log names it from then on.

    Raises:
        OverLimit: Too many requests, by the key or from the network; answered as 429.
    """
    shown = bearer(request)
    if not shown:
        return None
    hold(Claim(API_ADDRESS, network_of(client_address(request))))
    key = good_key(shown, now=timezone.now())
    if key is None:
        return None
    hold(Claim(API_KEY, key.prefix))
    touch(key, address=client_address(request), now=timezone.now())
    origin = current.get()
    if origin.request is not None:
        current.set(replace(origin, via=f"API key {key}"))
    return key


def bearer(request: HttpRequest) -> str:
    """Return what the request shows; empty where it is no key of ours."""
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    is_key = scheme.lower() == "bearer" and shown.startswith(f"{MARK}_") and len(shown) <= 100
    return shown if is_key else ""


def good_key(shown: str, *, now: datetime) -> Key | None:
    """Return the key whose text is ``shown``, with ``allowed`` set; None where it is good no more.

    It never may more than who made it, and nothing once that user is gone from the workspace.
    """
    prefix = "_".join(shown.split("_")[:2])
    rows = Key.objects.select_related("workspace", "created_by")
    key = rows.filter(prefix=prefix, workspace__deleted=None, created_by__is_active=True).first()
    if key is None or not constant_time_compare(key.digest, digest_of(shown)):
        return None
    maker = Membership.objects.filter(workspace=key.workspace, user=key.created_by).first()
    if maker is None or key.state(now) != "ok" or lacks_factors(key):
        return None
    own, given = Role(maker.role), Role(key.role)
    key.allowed = given if own.may(given) else own
    return key


def lacks_factors(key: Key) -> bool:
    """Whether its workspace wants two factors of who made it, who has one."""
    return key.workspace.needs_two_factors and not key.created_by.has_two_factors


def digest_of(shown: str) -> str:
    """Return what is kept of a key: SHA-256, in hex."""
    return hashlib.sha256(shown.encode()).hexdigest()


def touch(key: Key, *, address: str, now: datetime) -> None:
    """Keep when and from where a key was used, to the minute."""
    stale = Q(last_used=None) | Q(last_used__lt=now - TOUCH)
    Key.objects.filter(stale, id=key.id).update(last_used=now, last_address=address)


def keys_of(workspace: Workspace, *, user: User, role: Role) -> QuerySet[Key]:
    """Return the keys that a member sees, newest first: owners all of them, others their own."""
    rows = Key.objects.filter(workspace=workspace).select_related("workspace", "created_by")
    return rows if role.may(Role.OWNER) else rows.filter(created_by=user)


def key_of(workspace: Workspace, code: UUID, *, user: User, role: Role) -> Key:
    """Return one key that a member sees. Raises Http404: there is none with this code for them."""
    found = keys_of(workspace, user=user, role=role).filter(code=code).first()
    if found is None:
        raise Http404("no such key")
    return found
