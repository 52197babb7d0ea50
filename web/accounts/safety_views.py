"""What keeps an account one's own: its sessions, its address, what happened to it, and proofs."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts import access, actions, devices, forms, guard, visits
from web.accounts.access import UserRequest
from web.accounts.entering import safe_next
from web.accounts.proving import recently_proved
from web.audit.access import entries_of_user
from web.audit.actions import note
from web.platform.agents import device_words
from web.platform.limiting import PROOF
from web.platform.limits import Claim, hold

PAGE = 25


@require_GET
@login_required
def sessions(request: UserRequest) -> HttpResponse:
    """List where the user is signed in."""
    page = Paginator(visits.visits_of(request.user), PAGE).get_page(request.GET.get("page"))
    rows = [(visit, device_words(visit.agent)) for visit in page]
    here = request.session.session_key
    return render(request, "accounts/sessions.html", {"page": page, "rows": rows, "here": here})


@require_POST
@login_required
def end_session(request: UserRequest, visit: UUID) -> HttpResponse:
    """End one of the user's sessions."""
    found = visits.visits_of(request.user).filter(code=visit)
    if not visits.end(found):
        raise Http404("no such session")
    note("account.session_ended", user=request.user)
    messages.success(request, "That session is ended.")
    return redirect("sessions")


@require_POST
@login_required
def end_other_sessions(request: UserRequest) -> HttpResponse:
    """End all of the user's sessions but this one."""
    count = visits.end_others(request, request.user)
    note("account.other_sessions_ended", user=request.user, words=f"{count} of them.")
    messages.success(request, f"{count} other session{'' if count == 1 else 's'} ended.")
    return redirect("sessions")


@require_GET
@login_required
def activity(request: UserRequest) -> HttpResponse:
    """List what happened to the account."""
    page = Paginator(entries_of_user(request.user), PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/activity.html", {"page": page})


@require_http_methods(["GET", "POST"])
@login_required
@recently_proved
def change_email(request: UserRequest) -> HttpResponse:
    """Take another address; it is the user's once the link that goes there was followed."""
    form = forms.ChangeEmail(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        hold(Claim(PROOF, f"email:{request.user.pk}"))
        actions.ask_for_email(request.user, form.cleaned_data["email"])
        messages.success(request, f"A link is on its way to {form.cleaned_data['email']}.")
        return redirect("account")
    return render(request, "accounts/change_email.html", {"form": form})


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def confirm_email(request: UserRequest, token: str) -> HttpResponse:
    """Make the address the user's, whose link was followed."""
    email = access.email_from_token(token, request.user)
    if request.method == "GET":
        return render(request, "accounts/confirm_email.html", {"email": email})
    if not actions.change_email(request.user, email):
        messages.error(request, "Another account signs in with this address by now.")
        return redirect("account")
    visits.end_others(request, request.user)
    messages.success(
        request, f"You sign in with {email} from now on. Your other sessions have ended."
    )
    response = redirect("account")
    devices.remember(request, response, request.user)
    return response


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@login_required
@never_cache
def prove(request: UserRequest) -> HttpResponse:
    """Ask who somebody is before what is dangerous."""
    form = forms.Prove(request.POST or None, user=request.user)
    if request.method == "POST":
        hold(Claim(PROOF, f"user:{request.user.pk}"))
        if form.is_valid():
            visits.renew(request)
            return redirect(safe_next(request) or "account")
        note("account.proof_refused", user=request.user)
    context = {"form": form, "next": safe_next(request)}
    return render(request, "accounts/prove.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def admit(request: HttpRequest, token: str) -> HttpResponse:
    """Make this browser known to the account whose owner got the letter, so that they can try."""
    user = guard.admitted(token)
    if user is None:
        raise Http404("no such link")
    if request.method == "GET":
        return render(request, "accounts/admit.html", {"email": user.email})
    note("account.browser_let_in", user=user)
    messages.success(request, "You can sign in here now.")
    response = redirect("sign_in")
    devices.remember(request, response, user)
    return response
