"""How many dynos a load needs, what it costs by each way, and how amounts are written: pure."""

from decimal import Decimal

import pytest

from web.usage import costs, quantities, sizing
from web.usage.items import HOURS, ITEMS, STORAGE
from web.usage.prices import Prices, told
from web.usage.quantities import Quantities
from web.usage.sizing import Load

LIST = Prices("USD")
SMALL = Quantities(
    seconds=3_600.0,
    mocks=1_000,
    rate=200.0,
    messages=720_000,
    bytes=100_000_000,
    wire_bytes=1_000_000_000,
    log_bytes=2_000_000_000,
    log_days=HOURS / 24,
    mock_seconds=3_600_000.0,
    towers=1,
    tower_seconds=3_600.0,
)


def of(**changes) -> Quantities:
    return Quantities(**SMALL.pack() | changes)


def test_every_item_is_named_once_and_says_where_its_price_is_from():
    assert len({item.word for item in ITEMS}) == len(ITEMS)
    assert all(item.source and item.unit and len(item.word) <= 40 for item in ITEMS)


@pytest.mark.parametrize(
    ("load", "size", "count"),
    [
        (Load(20, 2.0), "standard-1x", 1),
        (Load(50_000, 10_000.0), "standard-2x", 6),  # by mocks; 9,000 sockets a process
        (Load(50_000, 10_000.0), "performance-m", 6),
        (Load(1_000, 40_000.0), "performance-m", 1),  # a whole core
        (Load(1_000, 40_000.0), "standard-2x", 6),  # a sixth of one each
        (Load(0, 0.0), "standard-1x", 1),
    ],
)
def test_a_load_needs_so_many_dynos_of_a_size(load, size, count):
    found = sizing.size_of(size, LIST.of_dyno)

    assert found is not None
    assert sizing.dynos(load, found) == count


def test_the_cheapest_dynos_hold_a_load_unless_towers_run_on_others():
    load = Load(50_000, 10_000.0)

    cheapest, in_use = sizing.best(load, LIST), sizing.best(load, LIST, in_use="Performance-M")

    assert cheapest is not None
    assert (cheapest.size.name, cheapest.count) == ("standard-1x", 6)
    assert cheapest.monthly == 150.0
    assert in_use is not None
    assert (in_use.size.name, in_use.count, in_use.is_in_use) == ("performance-m", 6, True)


def test_without_any_price_there_are_no_dynos_to_name():
    unpriced = Prices("EUR")

    assert sizing.best(Load(1, 1.0), unpriced) is None
    assert sizing.best(Load(1, 1.0), unpriced, in_use="standard-2x") is None
    assert [way.total for way in costs.ways(SMALL, unpriced, None)] == [None, None, None]


def test_each_way_is_a_sum_of_lines():
    dynos = sizing.best(SMALL.load, LIST)

    here, machines, containers = costs.ways(SMALL, LIST, dynos)

    kept = Decimal(2) * Decimal("0.023")
    assert here.total == pytest.approx(Decimal(25) / HOURS + kept)
    assert machines.total == pytest.approx(Decimal("70.08") + kept)
    assert containers.total == pytest.approx(Decimal("0.04048") + 2 * Decimal("0.004445") + kept)
    assert [line.title for line in here.lines] == ["Dynos", "Log storage", "Transfer"]


def test_a_container_is_charged_for_a_minute_at_least():
    short, minute = (
        costs.ways(of(seconds=seconds), LIST, None)[2].total for seconds in (5.0, 60.0)
    )

    assert short == minute


def test_a_price_that_was_taken_away_makes_no_sum_that_looks_whole():
    prices = Prices("USD", {STORAGE.word: None})

    [here, *_] = costs.ways(SMALL, prices, sizing.best(SMALL.load, prices))

    assert here.total is None
    assert here.lines[1].amount is None


def test_a_workspace_is_charged_for_what_has_a_price_alone():
    prices = Prices("USD", {"customer.messages": Decimal("2"), "customer.mock_hours": None})

    lines = costs.charged(prices, messages=500_000, mock_seconds=7_200, gigabyte_months=1.0)

    assert [(line.title, line.amount) for line in lines] == [("Messages", Decimal(1))]


@pytest.mark.parametrize(
    ("kept", "size"),
    [("whole", 33.6), ("truncated", 17.76), ("sampled", 12.216), ("hashed", 44.0)],
)
def test_the_log_is_as_large_as_its_payloads_are_kept(kept, size):
    found = quantities.log_bytes(1_000, 120_000, kept=kept, share=0.01, limit=32)

    assert found == round(1_000 * size)


def test_a_log_of_nothing_is_empty_and_an_unknown_word_is_told():
    assert quantities.log_bytes(0, 0, kept="whole", share=1.0, limit=1) == 0
    with pytest.raises(ValueError, match="got 'torn'"):
        quantities.log_bytes(1, 1, kept="torn", share=1.0, limit=1)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0.00"),
        ("1234.5", "$1,234.50"),
        ("0.01", "$0.01"),
        ("0.0099", "$0.0099"),
        ("0.000641", "$0.00064"),
    ],
)
def test_small_amounts_are_told_in_digits_that_count(amount, text):
    assert told(Decimal(amount), "USD") == text


def test_currencies_have_their_signs():
    assert told(Decimal(3), "EUR") == "€3.00"
    assert told(Decimal(3), "CHF") == "CHF 3.00"
    assert told(None, "USD") == "–"
