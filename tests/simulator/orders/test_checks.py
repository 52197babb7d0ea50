"""What orders of a lot are refused before it runs."""

from typing import Any

import pytest

from simulator import parse_document
from simulator.lot.orders import order_of
from simulator.orders.checks import order_problems

DEVICE = {
    "name": "Device",
    "id": "d-{index}",
    "messages": {"ping": {"every": "1s", "topic": "t", "json": 1}},
    "statuses": {"idle": {"send": ["ping"], "go": [{"to": "alarm", "after": "1h"}]}, "alarm": {}},
}
OTHER = {**DEVICE, "messages": {"pong": DEVICE["messages"]["ping"]}}
del OTHER["statuses"]
PARTS = [("one", parse_document(DEVICE), 10), ("two", parse_document(OTHER), 5)]


def told(order: dict[str, Any], duration: float | None = 60.0) -> list[str]:
    return [str(each) for each in order_problems([order_of(order)], PARTS, duration=duration)]


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ({"order": "pause", "at": 60}, "orders[0].at: must be before the run's end at 60 s"),
        ({"order": "status", "status": "alrm"}, "orders[0].status: unknown status 'alrm', did you"),
        ({"order": "send", "message": "pang"}, "orders[0].message: unknown message 'pang'"),
        ({"order": "rate", "factor": 2, "messages": "x"}, "orders[0].messages: unknown message"),
        (
            {"order": "send", "message": "ping", "aim": {"index": [15, 20]}},
            "orders[0].aim.index: the lot has 15 mocks",
        ),
        (
            {"order": "status", "status": "alarm", "aim": {"parts": "three"}},
            "orders[0].aim.parts[0]: unknown part 'three'",
        ),
    ],
)
def test_what_cannot_work_is_told_at_its_place(order: dict[str, Any], text: str) -> None:
    (problem,) = told(order)

    assert problem.startswith(text)


@pytest.mark.parametrize(
    "order",
    [
        {"order": "pause", "at": 59},
        {"order": "status", "status": "alarm", "aim": {"status": "idle", "share": "10%"}},
        {"order": "send", "message": "pong"},
        {"order": "rate", "factor": 2, "messages": ["ping", "pong"]},
        {"order": "count", "mocks": 16},
    ],
)
def test_what_some_part_of_the_lot_knows_is_right(order: dict[str, Any]) -> None:
    assert told(order) == []


def test_orders_that_are_given_later_may_take_any_time() -> None:
    assert told({"order": "pause", "at": 600}, duration=None) == []
