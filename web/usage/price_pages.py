"""What the operators' page of prices shows."""

from dataclasses import dataclass
from datetime import datetime

from web.usage.items import BY_WORD, ITEMS, Group, Item
from web.usage.models import Price
from web.usage.months import month_of
from web.usage.prices import Prices, prices_in

MOST_HISTORY = 100  # entered prices that a page lists, the latest first


@dataclass(frozen=True, slots=True)
class Priced:
    """An item with what it costs now. ``coming``: prices that do not hold yet, in their order."""

    item: Item
    amount: str
    source: str
    coming: list[tuple[Price, str]]


@dataclass(frozen=True, slots=True)
class Entered:
    """A price that was entered, for the list of them."""

    price: Price
    title: str
    amount: str


def groups(now: datetime) -> list[tuple[str, list[Priced]]]:
    """Return all items in their groups, as they cost in the month of a moment."""
    month = month_of(now)
    prices = prices_in(month)
    entered = list(Price.objects.select_related("set_by").order_by("since"))
    return [
        (group.value, [_priced(item, prices, entered, month) for item in of])
        for group in Group
        if (of := [item for item in ITEMS if item.group == group])
    ]


def _priced(item: Item, prices: Prices, entered: list[Price], month: object) -> Priced:
    mine = [price for price in entered if price.item == item.word]
    holding = [price for price in mine if price.since <= month]  # type: ignore[operator]
    source = item.source
    if holding:
        by = holding[-1].set_by
        source = f"entered by {by or 'somebody who is gone'}, from {holding[-1].since:%B %Y} on"
    elif prices.of(item) is None:
        source = "not set"
    return Priced(
        item=item,
        amount=prices.exact(prices.of(item)),
        source=source,
        coming=[(p, prices.exact(p.amount)) for p in mine if p not in holding],
    )


def history() -> list[Entered]:
    """Return the prices that were entered, the latest first."""
    rows = Price.objects.select_related("set_by").order_by("-since", "-set_at")[:MOST_HISTORY]
    return [
        Entered(
            price,
            BY_WORD[price.item].title if price.item in BY_WORD else price.item,
            prices_in(price.since).exact(price.amount),
        )
        for price in rows
    ]
