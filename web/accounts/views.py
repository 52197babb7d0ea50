"""The landing page, signing in and out, the account, and invitations."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts import access, actions, forms
from web.accounts.access import UserRequest
from web.accounts.models import Theme, User

THEME_LIFE = 365 * 24 * 60 * 60  # s


def safe_next(request: HttpRequest) -> str:
    """Return where to go on to: ``next`` when it is an address of ours, else an empty text."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""


@require_GET
def landing(request: UserRequest) -> HttpResponse:
    """Say what this is; who is signed in goes to the workspace that was open last."""
    if not request.user.is_authenticated:
        return render(request, "accounts/landing.html")
    workspace = access.last_workspace(request)
    return redirect(workspace) if workspace else redirect("create_workspace")


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@never_cache
def sign_up(request: HttpRequest) -> HttpResponse:
    """Make a user with a first workspace."""
    form = forms.SignUp(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = actions.sign_up(**form.cleaned_data)
        login(request, user)
        return redirect(safe_next(request) or settings.LOGIN_REDIRECT_URL)
    context = {"form": form, "next": safe_next(request)}
    return render(request, "accounts/sign_up.html", context)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Open a session."""
    form = forms.SignIn(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        login(request, form.user)
        return redirect(safe_next(request) or settings.LOGIN_REDIRECT_URL)
    context = {"form": form, "next": safe_next(request)}
    return render(request, "accounts/sign_in.html", context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.success(request, "You are signed out.")
    return redirect("landing")


@require_http_methods(["GET", "POST"])
@login_required
def account(request: UserRequest) -> HttpResponse:
    """Show and change what the user says about themselves."""
    form = forms.Account(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        actions.change_account(request.user, **form.cleaned_data)
        messages.success(request, "Your account is saved.")
        return redirect("account")
    return render(request, "accounts/account.html", {"form": form})


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark: with the user, and in a cookie for the pages before signing in."""
    wanted = request.POST.get("theme", "")
    theme = wanted if wanted in Theme.values else Theme.AUTO
    if isinstance(request.user, User):
        actions.choose_theme(request.user, theme)
    response = redirect(safe_next(request) or "landing")
    response.set_cookie(
        "theme", theme, max_age=THEME_LIFE, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
    return response


@require_GET
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what, and let a signed-in user accept."""
    asked = access.invitation_from_token(token)
    context = {
        "invitation": asked,
        "token": token,
        "has_account": access.user_with_email(asked.email) is not None,
    }
    return render(request, "accounts/invitation.html", context)


@require_POST
@login_required
def accept(request: UserRequest, token: str) -> HttpResponse:
    """Make the signed-in user a member."""
    asked = access.invitation_from_token(token)
    if not actions.accept(asked, by=request.user):
        messages.error(request, "This invitation was used or withdrawn. Ask for another one.")
        return redirect("landing")
    messages.success(request, f"You are now a member of {asked.workspace.name}.")
    return redirect(asked.workspace)
