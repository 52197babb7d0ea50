"""What a run costs, as it was planned and as it was: here, on machines, in containers.

Rule: pure. Every amount is a sum of lines that say how they were reckoned; what has no price makes
no sum that would look whole.
"""

from dataclasses import dataclass
from decimal import Decimal

from web.usage import sizing
from web.usage.items import HOURS, KEPT_LOGS, MACHINE, MESSAGES, MOCK_HOURS, STORAGE, TRANSFER, Item
from web.usage.prices import Prices
from web.usage.quantities import Quantities
from web.usage.sizing import Dynos

GIGABYTE = 1_000_000_000
HOUR = 3_600.0  # s
LEAST_CONTAINER = 60.0  # s that a container is charged for at least
MONTH_DAYS = HOURS / 24  # that a month has, by the same count
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """A part of what something costs. ``amount`` None: it has no price."""

    title: str
    reckoned: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Way:
    """One way of running it, with its lines."""

    word: str
    title: str
    lines: list[Line]

    @property
    def total(self) -> Decimal | None:
        """What it costs in all; None: a part of it has no price."""
        amounts = [line.amount for line in self.lines]
        if not amounts or any(amount is None for amount in amounts):
            return None
        return sum((amount for amount in amounts if amount is not None), Decimal(0))


def ways(quantities: Quantities, prices: Prices, dynos: Dynos | None) -> list[Way]:
    """Return what a run costs here, and what it would elsewhere.

    Args:
        quantities: What it uses.
        prices: Of its month.
        dynos: What its towers are on; None: no size of dyno has a price.
    """
    shared = _data(quantities, prices)
    machines = _machines(quantities, prices)
    return [
        Way("here", "Here, by the second", [_dynos(quantities, prices, dynos), *shared]),
        Way("machines", "Machines kept running, for a month", [machines, *shared]),
        Way("containers", "Containers by the second", [_containers(quantities, prices), *shared]),
    ]


def charged(
    prices: Prices, *, messages: int, mock_seconds: float, gigabyte_months: float
) -> list[Line]:
    """Return what a workspace is charged, a line for each price that operators have set."""
    amounts = (
        (MESSAGES, Decimal(messages) / MILLION, f"{messages:,} messages"),
        (MOCK_HOURS, Decimal(mock_seconds / HOUR), f"{mock_seconds / HOUR:,.2f} mock-hours"),
        (KEPT_LOGS, Decimal(gigabyte_months), f"{gigabyte_months:,.3f} GB-months of logs"),
    )
    found = []
    for item, count, words in amounts:
        price = prices.of(item)
        if price is not None:
            found.append(Line(item.title, f"{words} × {_price(item, prices)}", count * price))
    return found


def log_gigabyte_months(quantities: Quantities) -> float:
    """Return how much of log storage a run takes until its log expires."""
    return quantities.log_bytes / GIGABYTE * quantities.log_days / MONTH_DAYS


def _dynos(quantities: Quantities, prices: Prices, dynos: Dynos | None) -> Line:
    if dynos is None:
        return Line("Dynos", "no size has a price", None)
    hours = quantities.tower_seconds / HOUR
    price = prices.of_dyno(dynos.size.name)
    words = f"{_seconds(quantities.tower_seconds)} of {dynos.size.name} × "
    words += f"{prices.exact(price)} a month"
    return Line("Dynos", words, None if price is None else Decimal(hours) * price / HOURS)


def _machines(quantities: Quantities, prices: Prices) -> Line:
    count, price = sizing.machines(quantities.load), prices.of(MACHINE)
    words = f"{count} × {prices.exact(price)}, for the month whether they send or not"
    return Line("Machines", words, None if price is None else count * price)


def _containers(quantities: Quantities, prices: Prices) -> Line:
    count, price = sizing.towers(quantities.load), sizing.container_price(prices)
    seconds = count * max(LEAST_CONTAINER, quantities.seconds)
    words = f"{_seconds(seconds)} of {sizing.CONTAINER_VCPU:g} vCPU and "
    words += f"{sizing.CONTAINER_MEMORY:g} GB × {prices.exact(price)} an hour"
    return Line("Containers", words, None if price is None else Decimal(seconds / HOUR) * price)


def _data(quantities: Quantities, prices: Prices) -> list[Line]:
    months = log_gigabyte_months(quantities)
    storage, transfer = prices.of(STORAGE), prices.of(TRANSFER)
    size, sent = quantities.log_bytes / GIGABYTE, quantities.wire_bytes / GIGABYTE
    kept = f"{size:,.3g} GB for {quantities.log_days:,.0f} days × {_price(STORAGE, prices)}"
    moved = f"{sent:,.3g} GB × {_price(TRANSFER, prices)}"
    return [
        Line("Log storage", kept, None if storage is None else Decimal(months) * storage),
        Line("Transfer", moved, None if transfer is None else Decimal(sent) * transfer),
    ]


def _price(item: Item, prices: Prices) -> str:
    return f"{prices.exact(prices.of(item))} {item.unit}"


def _seconds(seconds: float) -> str:
    return f"{seconds:,.0f} s"
