"""Which part mocks beyond a lot's size follow, and which numbers they have."""

from itertools import accumulate

import pytest

from simulator.lot.growth import Addition, additions, sizes_of
from simulator.lot.orders import order_of


def test_a_lot_of_one_part_grows_on_where_it_ends() -> None:
    assert additions([1000], [1500]) == [Addition(part=0, first=1000, count=500, before=1000)]


def test_new_mocks_follow_the_parts_as_the_lot_has_them() -> None:
    assert additions([600, 400], [1100]) == [
        Addition(part=0, first=1000, count=60, before=600),
        Addition(part=1, first=1060, count=40, before=400),
    ]


def test_a_second_growth_numbers_nothing_anew() -> None:
    assert additions([3, 1], [6, 4, 8]) == [
        Addition(part=0, first=4, count=2, before=3),
        Addition(part=0, first=6, count=1, before=5),
        Addition(part=1, first=7, count=1, before=1),
    ]


@pytest.mark.parametrize("sizes", [[], [4], [2, 0, 4]])
def test_a_size_that_is_there_already_adds_nothing(sizes: list[int]) -> None:
    assert additions([3, 1], sizes) == []


def test_whole_steps_come_to_the_same_shares_as_single_ones() -> None:
    counts = [7, 2, 1]

    at_once = additions(counts, [40])
    one_by_one = additions(counts, range(11, 41))

    shares = [sum(each.count for each in at_once if each.part == part) for part in range(3)]
    assert shares == [sum(e.count for e in one_by_one if e.part == part) for part in range(3)]
    assert [each.first for each in one_by_one] == list(range(10, 40))
    ends = accumulate((each.count for each in at_once), initial=10)
    assert [each.first for each in at_once] == list(ends)[:-1]


def test_orders_are_followed_in_the_order_of_their_moments() -> None:
    said = [{"mocks": 30, "at": 9}, {"mocks": 20, "at": 3}]

    orders = [order_of({"order": "count", **each}) for each in said]

    assert sizes_of([*orders, order_of({"order": "pause", "at": 1})]) == [20, 30]
