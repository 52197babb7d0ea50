"""What a run did by message and by status, as its page shows it."""

from math import inf

import numpy as np
import pytest

from simulator import FIGURES, OTHERS, Breakdown, Second
from web.runs import breakdowns

START = 1_800_000_000  # Unix s


def told(figure: str, **counted: int) -> Breakdown:
    counts = np.zeros((len(counted) + 1, len(FIGURES)), np.int64)
    counts[1:, FIGURES.index(figure)] = list(counted.values())
    return Breakdown((OTHERS, *counted), counts)


def second(at: int = 0, **messages: int) -> Second:
    return Second(at=START + at, messages=told("acknowledged", **messages))


def test_each_message_is_a_row_in_the_definitions_order() -> None:
    total = Second.summed([second(hello=1, telemetry=5, never=0)])
    total.messages.counts[1, FIGURES.index("failed")] = 3

    rows = breakdowns.message_rows(total)

    assert [(row.name, row.acknowledged, row.failed) for row in rows] == [
        ("hello", 1, 3),
        ("telemetry", 5, 0),
    ]
    assert rows[0].share == pytest.approx(75.0)


def test_statuses_that_mocks_left_follow_those_that_they_are_in() -> None:
    total = Second(at=START, statuses=told("sent", booting=4, running=90, alarm=2))

    rows = breakdowns.status_rows(total, [("running", 19), ("idle", 1)])

    assert [(row.name, row.mocks, row.sent) for row in rows] == [
        ("running", 19, 90),
        ("idle", 1, 0),
        ("booting", 0, 4),
        ("alarm", 0, 2),
    ]


def test_charts_show_what_counts_most_and_the_rest_together() -> None:
    many = {f"m{place:02d}": place for place in range(12)}
    total = second(**many)

    chart = breakdowns.columns([second(**many)], total, step=1, end=inf)["messages"]

    assert chart["names"] == [f"m{place:02d}" for place in range(4, 12)] + [OTHERS]
    assert chart["places"] == [*range(4, 12), -1]
    assert [rate for (rate,) in chart["rate"]] == [4, 5, 6, 7, 8, 9, 10, 11, 1 + 2 + 3]


def test_a_chart_has_rates_and_mocks_on_average() -> None:
    points = [second(0, a=20), second(10, a=30)]
    points[0].statuses = told("present", up=95, down=5)
    points[1].statuses = told("present", up=30)
    total = Second.summed(points)

    found = breakdowns.columns(points, total, step=10, end=START + 13)

    assert found["messages"] == {"names": ["a"], "places": [0], "rate": [[2.0, 10.0]]}
    assert found["statuses"]["names"] == ["up", "down"]
    assert found["statuses"]["mocks"] == [[9.5, 10.0], [0.5, 0.0]]


def test_a_status_has_the_colour_that_a_wall_gives_it() -> None:
    total = Second(at=START, statuses=told("present", running=5))

    order = ["booting", "running"]
    found = breakdowns.columns([total], total, step=1, end=inf, statuses=order)

    assert found["statuses"]["places"] == [1]


def test_a_run_without_names_has_empty_charts() -> None:
    found = breakdowns.columns([Second(at=START)], Second(at=START), step=1, end=inf)

    assert found["messages"] == {"names": [], "places": [], "rate": []}
    assert breakdowns.message_rows(Second(at=START)) == []
