"""The operators' pages of plans, and which workspace has which. Rule: for staff alone."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from web.accounts.access import UserRequest, hold_staff
from web.usage import access, actions, limits
from web.usage.forms import GivenForm, PlanForm
from web.usage.models import Plan

FORM_METHODS = ["GET", "POST"]


@require_GET
@login_required
@never_cache
def index(request: UserRequest) -> HttpResponse:
    """List the plans."""
    hold_staff(request)
    return render(request, "usage/plans.html", {"plans": access.plans()})


@require_http_methods(FORM_METHODS)
@login_required
def create(request: UserRequest) -> HttpResponse:
    """Make a plan."""
    hold_staff(request)
    return _form_page(request, Plan())


@require_http_methods(FORM_METHODS)
@login_required
def edit(request: UserRequest, plan: UUID) -> HttpResponse:
    """Change a plan; it holds for its workspaces at once, and for live runs as it says."""
    hold_staff(request)
    return _form_page(request, access.plan_with(plan))


@require_http_methods(FORM_METHODS)
@login_required
def delete(request: UserRequest, plan: UUID) -> HttpResponse:
    """Ask, then delete a plan that no workspace has."""
    hold_staff(request)
    found = access.plan_with(plan)
    if request.method == "GET":
        return render(request, "usage/delete_plan.html", {"plan": found})
    try:
        actions.delete_plan(found, by=request.user)
    except actions.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The plan {found} is deleted.")
    return redirect("operations_plans")


@require_http_methods(FORM_METHODS)
@login_required
def give(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Say which plan a workspace has."""
    hold_staff(request)
    found = access.any_workspace(workspace)
    given = access.subscription_of(found)
    form = GivenForm(request.POST or None, initial={"plan": given and given.plan_id})
    if request.method == "POST" and form.is_valid():
        actions.give_plan(found, form.cleaned_data["plan"], by=request.user)
        messages.success(request, f"The plan of {found} is changed.")
        return redirect("operations_usage")
    plan = limits.plan_of(found)
    held = limits.limits_of(plan, limits.taken(found, plan)) if plan else []
    context = {"form": form, "of": found, "limits": held}
    return render(request, "usage/give_plan.html", context)


def _form_page(request: UserRequest, plan: Plan) -> HttpResponse:
    form = PlanForm(request.POST or None, instance=plan)
    if request.method == "GET":
        return render(request, "usage/plan.html", {"form": form, "plan": plan})
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "usage/plan.html", {"form": form, "plan": plan}, status=status)
    saved = actions.save_plan(form.plan(), by=request.user)
    messages.success(request, f"The plan {saved} is saved.")
    return redirect("operations_plans")
