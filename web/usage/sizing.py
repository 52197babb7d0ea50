"""How many towers a run needs, on dynos of which size, on machines, and in containers.

Rule: pure. What one tower carries is measured, and stands in ``web.runs.capacity``; a dyno with a
smaller share of a core sends so many messages fewer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from web.runs.capacity import MOCK_MEMORY, TOWER_MEMORY, TOWER_MESSAGES, TOWER_MOCKS
from web.scaling import needs
from web.scaling.sizes import SIZES, Size, size_of
from web.usage.items import MEMORY, VCPU
from web.usage.prices import Prices

CORE = 12.0  # shares of CPU of a dyno that are a core; one tower uses one
MB = 1_000.0  # in a GB
MACHINE_TOWERS = 2  # on a machine of 2 vCPU
CONTAINER_VCPU = 1.0  # of a container with a tower in it
CONTAINER_MEMORY = 2.0  # GB, the least that goes with a vCPU
LEFT_OUT = ("eco", "basic")  # of an app with several dynos of a kind none may be of these


@dataclass(frozen=True, slots=True)
class Load:
    """The most that a run holds at once: mocks, and messages/s in its busiest second."""

    mocks: int
    rate: float


@dataclass(frozen=True, slots=True)
class Dynos:
    """So many dynos of a size, a tower on each. ``is_in_use``: towers run on this size now."""

    size: Size
    count: int
    is_in_use: bool = False

    @property
    def monthly(self) -> float:
        """What they would cost, kept for a month."""
        return self.count * self.size.monthly


def towers(load: Load) -> int:
    """Return how many towers hold a load, with a core each."""
    return _count(load, mocks=TOWER_MOCKS, messages=TOWER_MESSAGES)


def machines(load: Load) -> int:
    """Return how many machines hold a load, ``MACHINE_TOWERS`` towers on each."""
    return -(-towers(load) // MACHINE_TOWERS)


def dynos(load: Load, size: Size) -> int:
    """Return how many dynos of a size hold a load; at least one."""
    room = (size.memory * MB - TOWER_MEMORY) / MOCK_MEMORY
    messages = TOWER_MESSAGES * min(1.0, size.compute / CORE)
    return _count(load, mocks=max(1, min(TOWER_MOCKS, int(room))), messages=messages)


def best(load: Load, prices: Prices, *, in_use: str = "") -> Dynos | None:
    """Return the dynos for a load: of the size in use, else of the cheapest; None: no price is set.

    Args:
        load: What they hold.
        prices: Of their month.
        in_use: The size of the workers' dynos; empty: it is not known.
    """
    if (size := size_of(in_use, prices.of_dyno)) and prices.of_dyno(size.name) is not None:
        return Dynos(size, dynos(load, size), is_in_use=True)
    return cheapest(list(priced(load, prices)))


def cheapest(choices: Sequence[Dynos]) -> Dynos | None:
    """Return what costs least, the fewest dynos of equals."""
    return min(choices, key=lambda each: (each.monthly, each.count), default=None)


def priced(load: Load, prices: Prices) -> Iterator[Dynos]:
    """Yield how many of each size hold a load, those that have a price."""
    for name in SIZES:
        size = size_of(name, prices.of_dyno)
        if size and name not in LEFT_OUT and prices.of_dyno(name) is not None:
            yield Dynos(size, dynos(load, size))


def container_price(prices: Prices) -> Decimal | None:
    """Return what a container costs an hour; None: one of its prices is not set."""
    vcpu, memory = prices.of(VCPU), prices.of(MEMORY)
    if vcpu is None or memory is None:
        return None
    return vcpu * Decimal(CONTAINER_VCPU) + memory * Decimal(CONTAINER_MEMORY)


def _count(load: Load, *, mocks: int, messages: float) -> int:
    return max(1, needs.workers(load.mocks, load.rate, most_mocks=mocks, most_messages=messages))
