"""The table of prices: what operators entered, else what stands in ``web.usage.items``.

Rule: one table. A price holds from the first of a month on, so a month has one price of each item,
and a month that is over keeps it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from web.usage.items import BY_WORD, HOURS, Item
from web.usage.models import Price
from web.usage.months import month_of

FIRST_CURRENCY = "USD"  # of the prices that stand in the code
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
CENTS = Decimal("0.01")
DIGITS = 2  # of an amount below a hundredth that are told


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of one month. ``entered``: by items' words; None: taken away."""

    currency: str
    entered: Mapping[str, Decimal | None] = field(default_factory=dict)

    def of(self, item: Item) -> Decimal | None:
        """Return what an item costs, in its unit; None: it has no price."""
        if item.word in self.entered:
            return self.entered[item.word]
        return item.first if self.currency == FIRST_CURRENCY else None

    def of_dyno(self, size: str) -> Decimal | None:
        """Return what a dyno of a size costs a month; None: it is not known."""
        item = BY_WORD.get(f"dyno.{size.lower()}")
        return self.of(item) if item else None

    def exact(self, price: Decimal | None) -> str:
        """Return a price for people, with all its digits: ``$0.023``; a dash for None."""
        return exact(price, self.currency)

    def told(self, amount: Decimal | None) -> str:
        """Return an amount for people: ``$12.50``, ``$0.00064``; a dash for None."""
        return told(amount, self.currency)


def prices_in(month: date) -> Prices:
    """Return the prices of a month; one query."""
    rows = Price.objects.filter(since__lte=month).order_by("since")
    return Prices(settings.PRICE_CURRENCY, dict(rows.values_list("item", "amount")))


def prices_at(moment: datetime | None = None) -> Prices:
    """Return the prices of the month of a moment, of the present one for None."""
    return prices_in(month_of(moment or timezone.now()))


def hourly(monthly: Decimal | None) -> Decimal | None:
    """Return a month's price by the hour."""
    return None if monthly is None else monthly / HOURS


def sign_of(currency: str) -> str:
    """Return what stands before an amount of a currency."""
    return SYMBOLS.get(currency, f"{currency} ")


def exact(amount: Decimal | None, currency: str) -> str:
    """Return a price for people, with all its digits and two decimals at least."""
    if amount is None:
        return "–"
    digits = f"{amount.normalize():f}"
    decimals = len(digits.partition(".")[2])
    return f"{sign_of(currency)}{amount:,.{max(2, decimals)}f}"


def told(amount: Decimal | None, currency: str) -> str:
    """Return an amount of a currency for people; small ones in ``DIGITS`` digits that count."""
    if amount is None:
        return "–"
    sign = sign_of(currency)
    if amount == 0 or abs(amount) >= CENTS:
        return f"{sign}{amount:,.2f}"
    places = DIGITS - 1 - amount.adjusted()
    return f"{sign}{amount:.{places}f}"
