"""The landing page, signing in and out, the account, and invitations."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts import access, actions, entering, forms, guard
from web.accounts.access import UserRequest
from web.accounts.entering import safe_next
from web.accounts.models import Theme, User
from web.audit.actions import note
from web.platform.limiting import too_many, wants_json
from web.platform.limits import OverLimit

THEME_LIFE = 365 * 24 * 60 * 60  # s


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
        return entering.enter(request, user, way="password", next_page=safe_next(request))
    context = {"form": form, "next": safe_next(request)}
    return render(request, "accounts/sign_up.html", context)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Open a session, or go on to the second factor."""
    form = forms.SignIn(request.POST or None, request=request)
    try:
        is_right = request.method == "POST" and form.is_valid()
    except OverLimit as over:
        return held(request, over)
    if is_right and form.user:
        return entering.after_password(request, form.user)
    context = {"form": form, "next": safe_next(request)}
    return render(request, "accounts/sign_in.html", context)


def held(request: HttpRequest, over: OverLimit) -> HttpResponse:
    """Answer a try to sign in that was one too many: when to come again, and the other way in."""
    if wants_json(request):
        return too_many(request, over)
    context = {"over": over, "is_shut": over.limit == guard.ACCOUNT}
    response = render(request, "accounts/held.html", context, status=429)
    response.headers["Retry-After"] = str(over.wait)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if isinstance(request.user, User):
        note("account.signed_out")
    logout(request)
    messages.success(request, "You are signed out.")
    response = redirect("landing")
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


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
        settings.THEME_COOKIE_NAME,
        theme,
        max_age=THEME_LIFE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
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
