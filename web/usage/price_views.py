"""The operators' page of prices.

Rule: for staff alone. What changes the bills of the running month is asked for twice.
"""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, hold_staff
from web.usage import access, actions, price_pages
from web.usage.forms import PriceForm
from web.usage.items import BY_WORD
from web.usage.months import month_of, named
from web.usage.prices import prices_at

SURE = "sure"  # the field of who has seen that the running month is billed by it


@require_GET
@login_required
@never_cache
def index(request: UserRequest) -> HttpResponse:
    """Show each price, what it was, what it will be, and a form for another."""
    hold_staff(request)
    item = request.GET.get("item", "")
    return _page(request, PriceForm.fresh(item if item in BY_WORD else ""))


@require_POST
@login_required
def set_price(request: UserRequest) -> HttpResponse:
    """Enter a price; one that holds for the running month after a question."""
    hold_staff(request)
    form = PriceForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    clean = form.cleaned_data
    item = BY_WORD[clean["item"]]
    if clean["since"] == month_of(timezone.now()) and SURE not in request.POST:
        prices = prices_at()
        context = {
            "item": item,
            "since": named(clean["since"]),
            "month": clean["since"],
            "amount": "" if clean["amount"] is None else f"{clean['amount']:f}",
            "before": prices.exact(prices.of(item)),
            "after": prices.exact(clean["amount"]),
            "sure": SURE,
        }
        return render(request, "usage/set_price.html", context)
    try:
        actions.set_price(item.word, clean["amount"], since=clean["since"], by=request.user)
    except actions.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The price of {item.title} holds from {clean['since']:%B %Y}.")
    return redirect("operations_prices")


@require_http_methods(["GET", "POST"])
@login_required
def withdraw(request: UserRequest, price: UUID) -> HttpResponse:
    """Ask, then take a price back that does not hold yet."""
    hold_staff(request)
    found = access.price_with(price)
    if request.method == "GET":
        item = BY_WORD.get(found.item)
        context = {"price": found, "title": item.title if item else found.item}
        return render(request, "usage/withdraw_price.html", context)
    try:
        actions.withdraw_price(found, by=request.user)
    except actions.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The price is withdrawn.")
    return redirect("operations_prices")


def _page(request: UserRequest, form: PriceForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {"form": form, "groups": price_pages.groups(timezone.now())}
    context["history"] = price_pages.history()
    return render(request, "usage/prices.html", context, status=status)
