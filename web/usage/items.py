"""Everything that has a price: a line each, with its unit, its first price and where that is from.

Rule: pure. What operators enter stands before these; see ``web.usage.prices``. First prices are US
dollars, and hold where that is the currency of the table.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

HOURS = 730  # of a month, as the platform counts it
PLATFORM = "the platform's list price; billed by the second, a month of 730 hours"
UNSET = "not set, so nobody is charged"


class Group(StrEnum):
    """What a price is about."""

    DYNO = "Dynos"
    KEEPING = "Keeping and moving data"
    OTHERS = "Alternatives that costs are compared with"
    CUSTOMER = "What a workspace is charged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing with a price. ``first``: until somebody enters another; None: it has none."""

    word: str
    title: str
    unit: str
    group: Group
    first: Decimal | None
    source: str


def dyno(name: str, monthly: str) -> Item:
    """Return the item of a size of dyno."""
    return Item(
        word=f"dyno.{name}",
        title=name,
        unit="a month",
        group=Group.DYNO,
        first=Decimal(monthly),
        source=PLATFORM,
    )


STORAGE = Item(
    word="storage",
    title="Log storage",
    unit="a GB and month",
    group=Group.KEEPING,
    first=Decimal("0.023"),
    source="Amazon S3 Standard, first 50 TB, us-east-1",
)
TRANSFER = Item(
    word="transfer",
    title="Transfer to targets",
    unit="a GB",
    group=Group.KEEPING,
    first=Decimal(0),
    source="not charged on the platform below 2 TB a month",
)
MACHINE = Item(
    word="machine",
    title="A machine that is kept running (2 vCPU, 8 GB)",
    unit="a month",
    group=Group.OTHERS,
    first=Decimal("70.08"),
    source="Amazon EC2 m6i.large on demand, us-east-1: 0.096 an hour",
)
VCPU = Item(
    word="container.vcpu",
    title="Container, a vCPU",
    unit="an hour, billed by the second",
    group=Group.OTHERS,
    first=Decimal("0.04048"),
    source="AWS Fargate, Linux on x86, us-east-1",
)
MEMORY = Item(
    word="container.memory",
    title="Container, a GB of memory",
    unit="an hour, billed by the second",
    group=Group.OTHERS,
    first=Decimal("0.004445"),
    source="AWS Fargate, Linux on x86, us-east-1",
)
MESSAGES = Item(
    word="customer.messages",
    title="Messages",
    unit="per 1,000,000",
    group=Group.CUSTOMER,
    first=None,
    source=UNSET,
)
MOCK_HOURS = Item(
    word="customer.mock_hours",
    title="Mock-hours",
    unit="each",
    group=Group.CUSTOMER,
    first=None,
    source=UNSET,
)
KEPT_LOGS = Item(
    word="customer.logs",
    title="Logs kept",
    unit="a GB and month",
    group=Group.CUSTOMER,
    first=None,
    source=UNSET,
)
ITEMS = (
    dyno("eco", "5"),
    dyno("basic", "7"),
    dyno("standard-1x", "25"),
    dyno("standard-2x", "50"),
    dyno("performance-m", "250"),
    dyno("performance-l", "500"),
    dyno("performance-l-ram", "500"),
    dyno("performance-xl", "750"),
    dyno("performance-2xl", "1500"),
    STORAGE,
    TRANSFER,
    MACHINE,
    VCPU,
    MEMORY,
    MESSAGES,
    MOCK_HOURS,
    KEPT_LOGS,
)
BY_WORD = {item.word: item for item in ITEMS}
