"""The pages of the second factor: what there is, adding an app, recovery codes, and signing in."""

from time import time
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest
from web.accounts.entering import after_second, who_waits
from web.accounts.proving import recently_proved
from web.accounts.visits import end_others
from web.audit.actions import note
from web.factors import access, actions, codes, forms
from web.platform.limiting import PROOF
from web.platform.limits import Claim, hold
from web.platform.secrets import SealBroken, seal, unseal

NEW_APP = "code_app"  # in the session: the secret of an app that is being added, sealed


@require_GET
@login_required
@never_cache
def index(request: UserRequest) -> HttpResponse:
    """Show what the user signs in with beside the password."""
    context = {"factors": access.factors_of(request.user)}
    return render(request, "factors/index.html", context)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@login_required
@recently_proved
@never_cache
def add_code_app(request: UserRequest) -> HttpResponse:
    """Show a secret as a QR code, and take the first code that an app makes of it."""
    secret = new_secret(request)
    form = forms.FirstCode(request.POST or None)
    if request.method == "POST" and form.is_valid():
        hold(Claim(PROOF, f"user:{request.user.pk}"))
        typed = form.cleaned_data["code"].replace(" ", "")
        step = codes.step_of(secret, typed, after=0, now=time())
        if step is not None:
            del request.session[NEW_APP]
            fresh = actions.add_code_app(request.user, secret, step=step)
            return added(request, fresh, "Your app's codes are asked for from now on.")
        form.add_error("code", "This is not the code of now. Is the clock of the phone right?")
    address = codes.address_of(secret, request.user)
    picture = mark_safe(codes.picture_of(address))  # noqa: S308 (made of digits by segno)
    context = {"form": form, "picture": picture, "secret": secret, "address": address}
    return render(request, "factors/code_app.html", context)


def new_secret(request: HttpRequest) -> str:
    """Return the secret that is being added in this session, a new one at first."""
    try:
        held = unseal(request.session.get(NEW_APP, ""))
    except SealBroken:
        held = ""
    secret = held or codes.new_secret()
    if not held:
        request.session[NEW_APP] = seal(secret)
    return secret


def added(request: UserRequest, fresh: list[str], words: str) -> HttpResponse:
    """Show recovery codes that were made, this once; else go back to the list."""
    end_others(request, request.user)  # they were opened with one factor
    if not fresh:
        messages.success(request, words)
        return redirect("factors")
    return render(request, "factors/recovery_codes.html", {"codes": fresh, "words": words})


@require_http_methods(["GET", "POST"])
@login_required
@recently_proved
def remove_code_app(request: UserRequest) -> HttpResponse:
    """Ask, then let the app's codes be good no more."""
    if request.method == "GET":
        return render(request, "factors/remove.html", {"what": "your app for codes"})
    if actions.remove_code_app(request.user):
        end_others(request, request.user)
        messages.success(request, "The app's codes are good no more.")
    return redirect("factors")


@require_GET
@login_required
@recently_proved
@never_cache
def add_passkey(request: UserRequest) -> HttpResponse:
    """Show the form whose button has the browser make a passkey."""
    return render(request, "factors/passkey.html")


@require_http_methods(["GET", "POST"])
@login_required
@recently_proved
def remove_passkey(request: UserRequest, passkey: UUID) -> HttpResponse:
    """Ask, then let a passkey be good no more."""
    found = access.passkey_of(request.user, passkey)
    if request.method == "GET":
        return render(request, "factors/remove.html", {"what": f"the passkey “{found.name}”"})
    actions.remove_passkey(found)
    end_others(request, request.user)
    messages.success(request, f"The passkey “{found.name}” is removed.")
    return redirect("factors")


@require_POST
@login_required
@recently_proved
@never_cache
def remake_recovery_codes(request: UserRequest) -> HttpResponse:
    """Make new recovery codes, and show them this once."""
    if not request.user.has_two_factors:
        messages.error(request, "Add an app or a passkey first.")
        return redirect("factors")
    fresh = actions.remake_recovery_codes(request.user)
    words = "Those that you had before are good no more."
    return render(request, "factors/recovery_codes.html", {"codes": fresh, "words": words})


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@never_cache
def second(request: HttpRequest) -> HttpResponse:
    """Take the second factor of who has shown the password."""
    user = who_waits(request)
    if user is None:
        messages.info(request, "That took too long. Sign in again.")
        return redirect("sign_in")
    form = forms.Second(request.POST or None)
    if request.method == "POST" and form.is_valid():
        hold(Claim(PROOF, f"second:{user.pk}"))
        if way := codes.way_of(user, form.cleaned_data["code"]):
            return after_second(request, user, way=way)
        note("account.sign_in_refused", user=user, words="Wrong code.")
        form.add_error("code", "This code is wrong, or was used before. Wait for the next one.")
    context = {"form": form, "factors": access.factors_of(user)}
    return render(request, "factors/second.html", context)
