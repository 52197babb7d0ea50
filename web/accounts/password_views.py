"""A new password: for who is signed in, and for who forgot it."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.tokens import default_token_generator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from web.accounts import access, actions, devices, forms, visits
from web.accounts.access import UserRequest


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@login_required
def change(request: UserRequest) -> HttpResponse:
    """Change the own password; this session stays, every other one ends."""
    form = forms.ChangePassword(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        actions.set_password(request.user, form.cleaned_data["password"])
        key = request.session.session_key
        update_session_auth_hash(request, request.user)
        visits.follow(request, key)
        visits.end_others(request, request.user)
        messages.success(request, "Your password is changed. Your other sessions have ended.")
        response = redirect("account")
        devices.remember(request, response, request.user)
        return response
    return render(request, "accounts/change_password.html", {"form": form})


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Take the address that a link for a new password goes to."""
    form = forms.AskPassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.ask_for_password(form.cleaned_data["email"])
        return redirect("asked_password")
    return render(request, "accounts/ask_password.html", {"form": form})


@require_GET
def asked(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way, whether or not there is such an account."""
    return render(request, "accounts/asked_password.html")


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@never_cache
def reset(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Take a new password from who followed the link of the mail."""
    user = access.user_of_reset(uid)
    if user is None or not default_token_generator.check_token(user, token):
        raise Http404("no such link")
    form = forms.NewPassword(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        actions.set_password(user, form.cleaned_data["password"])
        visits.end(visits.visits_of(user))
        messages.success(request, "Your password is changed. Sign in with it.")
        response = redirect("sign_in")
        devices.remember(request, response, user)  # the mail proved enough to try without the crowd
        return response
    return render(request, "accounts/reset_password.html", {"form": form})
