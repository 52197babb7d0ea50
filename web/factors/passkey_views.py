"""What the page's script asks and tells while a browser makes or shows a passkey; all in JSON.

Each pair is: what the browser is to do, and its answer, which is told where to go on.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from web.accounts.access import UserRequest
from web.accounts.entering import after_second, enter, safe_next, who_waits
from web.accounts.proving import recently_proved
from web.accounts.visits import end_others, renew
from web.audit.actions import note
from web.factors import actions, passkeys
from web.platform.addresses import client_address, network_of
from web.platform.limiting import PROOF
from web.platform.limits import Claim, Limit, hold

NAME = 60  # characters of a passkey's name
ENTRY = Limit("passkey-entry", 60, 600, "sign-ins from your network")

View = Callable[..., HttpResponse]


def told(view: View) -> View:
    """Return a view whose refusals are told in JSON, as 422 with a sentence."""

    @wraps(view)
    def telling(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            return view(request, *args, **named)
        except (passkeys.WrongAnswer, actions.Refused) as refused:
            return JsonResponse({"error": str(refused)}, status=422)

    return telling


@require_POST
@login_required
@recently_proved
@never_cache
def begin_making(request: UserRequest) -> HttpResponse:
    """Say what passkey the browser is to make."""
    return JsonResponse(passkeys.ask_to_make(request, request.user))


@require_POST
@login_required
@recently_proved
@never_cache
@told
def finish_making(request: UserRequest) -> HttpResponse:
    """Keep the passkey that the browser has made; recovery codes are told this once."""
    said = passkeys.read(request)
    credential, public, count = passkeys.made(request, said.get("answer") or {})
    fresh = actions.add_passkey(
        request.user,
        name=name_of(said.get("name")),
        credential=credential,
        public=public,
        count=count,
    )
    end_others(request, request.user)
    return JsonResponse({"codes": fresh, "next": reverse("factors")})


def name_of(typed: object) -> str:
    """Return how a passkey is called, without what JSON can say and no column holds: NUL, and half
    of a pair of surrogates."""
    return "".join(filter(str.isprintable, str(typed or ""))).strip()[:NAME] or "Passkey"


@require_POST
@never_cache
def begin_entering(request: HttpRequest) -> HttpResponse:
    """Say what the browser is to sign: with any passkey, or with one of who waits for a second."""
    hold(Claim(ENTRY, network_of(client_address(request))))
    waiting = who_waits(request)
    purpose = "second" if waiting else "enter"
    return JsonResponse(passkeys.ask_to_show(request, purpose, waiting))


@require_POST
@never_cache
@told
def finish_entering(request: HttpRequest) -> HttpResponse:
    """Open a session for who has shown a passkey."""
    hold(Claim(ENTRY, network_of(client_address(request))))
    waiting = who_waits(request)
    answer = passkeys.read(request).get("answer") or {}
    passkey = passkeys.shown(request, "second" if waiting else "enter", answer)
    if waiting and passkey.user != waiting:
        raise passkeys.WrongAnswer("This passkey is of another account.")
    if waiting:
        return gone_on(after_second(request, passkey.user, way="passkey"))
    page = safe_next(request)
    return gone_on(enter(request, passkey.user, way="passkey", next_page=page))


@require_POST
@login_required
@never_cache
def begin_proving(request: UserRequest) -> HttpResponse:
    """Say what the browser is to sign, to prove who is signed in."""
    return JsonResponse(passkeys.ask_to_show(request, "prove", request.user))


@require_POST
@login_required
@never_cache
@told
def finish_proving(request: UserRequest) -> HttpResponse:
    """Take a passkey as the proof of who is signed in."""
    hold(Claim(PROOF, f"user:{request.user.pk}"))
    passkey = passkeys.shown(request, "prove", passkeys.read(request).get("answer") or {})
    if passkey.user != request.user:
        note("account.proof_refused", user=request.user)
        raise passkeys.WrongAnswer("This passkey is of another account.")
    renew(request)
    return JsonResponse({"next": safe_next(request) or reverse("account")})


def gone_on(response: HttpResponse) -> HttpResponse:
    """Return where a redirect leads to as JSON, with its cookies."""
    told_so = JsonResponse({"next": response.headers["Location"]})
    told_so.cookies = response.cookies
    return told_so
