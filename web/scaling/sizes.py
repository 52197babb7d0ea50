"""The sizes of dynos, how many the money lasts for, and whether larger ones would do better.

Rule: pure. What a size costs a month is told: it stands in the table of prices, ``web.usage``, and
is charged by the second. Source of memory and CPU: the platform's page of dyno types.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from web.usage.items import HOURS


@dataclass(frozen=True, slots=True)
class Size:
    """A size of dyno: its memory, its CPU as a multiple of the smallest share, and its price."""

    name: str
    memory: float  # GB
    compute: float  # shares of CPU; 12 are a core
    monthly: float = 0.0  # in the currency of the table of prices

    @property
    def hourly(self) -> float:
        """What it costs an hour."""
        return self.monthly / HOURS


SIZES = {
    "eco": (0.5, 1.0),  # GB, shares
    "basic": (0.5, 1.0),
    "standard-1x": (0.5, 1.0),
    "standard-2x": (1.0, 2.0),
    "performance-m": (2.5, 12.0),
    "performance-l": (14.0, 50.0),
    "performance-l-ram": (30.0, 24.0),
    "performance-xl": (62.0, 50.0),
    "performance-2xl": (126.0, 100.0),
}
LARGER = {
    "eco": "standard-1x",
    "basic": "standard-1x",
    "standard-1x": "standard-2x",
    "standard-2x": "performance-m",
    "performance-m": "performance-l",
    "performance-l": "performance-2xl",
}


def size_of(name: str, price_of: Callable[[str], Decimal | None]) -> Size | None:
    """Return the size that the platform calls so, in any case; None: nobody knows it.

    Args:
        name: Such as standard-2X.
        price_of: Returns what a dyno of a size costs a month; None, which counts as nothing: its
            price is not known.
    """
    known = SIZES.get(name.lower())
    return Size(name.lower(), *known, float(price_of(name) or 0)) if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """What may be spent on what the scaler scales, in the table's currency; 0: any amount."""

    hourly: float = 0.0
    monthly: float = 0.0


def affordable(
    size: Size, ceilings: Ceilings, *, others: float, spent: float, hours_left: float
) -> int | None:
    """Return how many dynos of a size the ceilings allow now; None: as many as one likes.

    Args:
        size: Of the process asked about.
        ceilings: What may be spent.
        others: What the other processes that are scaled cost an hour.
        spent: In this month, on all of them, until now.
        hours_left: Of this month, above 0.

    Of what has no price none can be afforded, for nobody knows what it would add up to.

    The monthly ceiling lets the present hour be as dear as one likes, until what is left would
    not last for an hour.
    """
    rates = [ceilings.hourly - others] if ceilings.hourly else []
    if ceilings.monthly:
        rates.append((ceilings.monthly - spent) / min(1.0, hours_left) - others)
    if not rates:
        return None
    if not size.hourly:
        return 0
    return max(0, int(min(rates) / size.hourly + 1e-9))


def advice(
    size: Size,
    larger: Size | None,
    *,
    quantity: int,
    load: float,
    lateness: float,
    late: float,
    sign: str = "$",
) -> str:
    """Return the sentences that recommend a larger size; empty where more dynos do as well.

    Args:
        size: What there is.
        larger: What there would be in its place; None: there is none.
        quantity: How many of it.
        load: How full they are by what they hold, 0 to 1: late at half of that is no question of
            how many there are.
        lateness: s.
        late: s from which on it is too much.
        sign: Of the currency.
    """
    if lateness <= late or load >= FULL or larger is None or quantity < 1:
        return ""
    fewer = max(1, ceil(quantity * size.compute / larger.compute))
    return (
        f"Dynos are {lateness:.1f} s late though {load:.0%} full, so each of them is too weak. "
        f"{fewer} × {larger.name} ({larger.memory:g} GB, {larger.compute / size.compute:g} times "
        f"the CPU) would cost {sign}{fewer * larger.monthly:,.0f} a month, {quantity} × "
        f"{size.name} {quantity * size.monthly:,.0f}."
    )


FULL = 0.6  # of what they can hold; below it lateness is no question of their number
