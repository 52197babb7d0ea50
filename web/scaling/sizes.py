"""What dynos cost, how many the money lasts for, and whether larger ones would do better.

Rule: pure. Prices are the platform's list prices in US dollars a month, charged by the second.
Source: the platform's page of dyno types; an hour is a month of 730 hours.
"""

from dataclasses import dataclass
from math import ceil

HOURS = 730  # of a month, as the platform counts


@dataclass(frozen=True, slots=True)
class Size:
    """A size of dyno: its price, its memory, and its CPU as a multiple of the smallest share."""

    name: str
    monthly: int  # US dollars
    memory: float  # GB
    compute: float  # shares of CPU

    @property
    def hourly(self) -> float:
        """US dollars an hour."""
        return self.monthly / HOURS


SIZES = (
    Size("eco", 5, 0.5, 1),
    Size("basic", 7, 0.5, 1),
    Size("standard-1x", 25, 0.5, 1),
    Size("standard-2x", 50, 1.0, 2),
    Size("performance-m", 250, 2.5, 12),
    Size("performance-l", 500, 14.0, 50),
    Size("performance-l-ram", 500, 30.0, 24),
    Size("performance-xl", 750, 62.0, 50),
    Size("performance-2xl", 1500, 126.0, 100),
)
BY_NAME = {size.name: size for size in SIZES}
LARGER = {
    "eco": "standard-1x",
    "basic": "standard-1x",
    "standard-1x": "standard-2x",
    "standard-2x": "performance-m",
    "performance-m": "performance-l",
    "performance-l": "performance-2xl",
}


def size_of(name: str) -> Size | None:
    """Return the size that the platform calls so, in any case; None: it is not in the table."""
    return BY_NAME.get(name.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """What may be spent on what the scaler scales, in US dollars; 0: as much as it takes."""

    hourly: float = 0.0
    monthly: float = 0.0


def affordable(
    size: Size, ceilings: Ceilings, *, others: float, spent: float, hours_left: float
) -> int | None:
    """Return how many dynos of a size the ceilings allow now; None: as many as one likes.

    Args:
        size: Of the process asked about.
        ceilings: What may be spent.
        others: US dollars an hour of the other processes that are scaled.
        spent: US dollars of this month on all of them, until now.
        hours_left: Of this month, above 0.

    The monthly ceiling lets the present hour be as dear as one likes, until what is left would
    not last for an hour.
    """
    rates = [ceilings.hourly - others] if ceilings.hourly else []
    if ceilings.monthly:
        rates.append((ceilings.monthly - spent) / min(1.0, hours_left) - others)
    return None if not rates else max(0, int(min(rates) / size.hourly + 1e-9))


def advice(size: Size, *, quantity: int, load: float, lateness: float, late: float) -> str:
    """Return the sentences that recommend a larger size; empty where more dynos do as well.

    Args:
        size: What there is.
        quantity: How many of it.
        load: How full they are by what they hold, 0 to 1: late at half of that is no question of
            how many there are.
        lateness: s.
        late: s from which on it is too much.
    """
    larger = BY_NAME.get(LARGER.get(size.name, ""))
    if lateness <= late or load >= FULL or larger is None or quantity < 1:
        return ""
    fewer = max(1, ceil(quantity * size.compute / larger.compute))
    return (
        f"Dynos are {lateness:.1f} s late though {load:.0%} full, so each of them is too weak. "
        f"{fewer} × {larger.name} ({larger.memory:g} GB, {larger.compute / size.compute:g} times "
        f"the CPU) would cost ${fewer * larger.monthly:,} a month, {quantity} × {size.name} "
        f"{quantity * size.monthly:,}."
    )


FULL = 0.6  # of what they can hold; below it lateness is no question of their number
