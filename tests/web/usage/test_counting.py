"""Counts, months, and what falls to which month: pure."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from simulator import FIGURES, Second
from tests.web.runs.conftest import START, snapshot
from web.runs.boards import ShardReport
from web.usage import counting, months
from web.usage.counting import Counts
from web.usage.holding import Holding, share_of, shared

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


def report(**counts) -> ShardReport:
    """Return what a shard tells whose 4 mocks were held for 10 s."""
    told = snapshot("a", count=4)
    total = Second(at=int(START), **counts)
    present = np.zeros((1, len(FIGURES)), np.int64)
    present[0, FIGURES.index("present")] = 40
    total.statuses.add(("on",), present)
    return ShardReport(at=told.t, mocks=told.board, statuses=told.statuses, reasons=[], total=total)


@pytest.mark.parametrize(
    ("text", "month"), [("2026-11", date(2026, 11, 1)), ("2000-01", date(2000, 1, 1))]
)
def test_a_month_is_read_as_it_is_written(text, month):
    assert months.month_in(text) == month
    assert months.named(month) == text


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-1", "26-11", "२०२६-११", "2026-00", "9999-12"]
)
def test_what_is_no_month_is_told(text):
    with pytest.raises(ValueError, match=r"month"):
        months.month_in(text)


def test_months_follow_each_other_over_the_year():
    december = date(2026, 12, 1)

    assert months.next_month(december) == date(2027, 1, 1)
    assert months.end_of(december) == NEW_YEAR


def test_a_stretch_of_time_is_cut_where_months_end():
    found = list(months.pieces(NEW_YEAR - timedelta(hours=1), NEW_YEAR + timedelta(days=40)))

    assert found == [
        (date(2026, 12, 1), 3_600.0),
        (date(2027, 1, 1), 31 * 86_400.0),
        (date(2027, 2, 1), 9 * 86_400.0),
    ]


def test_what_ends_with_a_month_is_of_that_month():
    assert list(months.pieces(NEW_YEAR, NEW_YEAR)) == [(date(2027, 1, 1), 0.0)]
    [(month, seconds)] = months.pieces(NEW_YEAR - timedelta(seconds=5), NEW_YEAR)

    assert (month, seconds) == (date(2026, 12, 1), 5.0)


def test_reports_are_added_up():
    counts = counting.told(
        [report(sent=3, acknowledged=4, failed=1, bytes=70, wire_out=90), report()]
    )

    assert counts == Counts(
        mock_seconds=80, messages=7, failed=1, bytes=70, bytes_out=90, bytes_in=0
    )


def test_nothing_is_lost_where_it_is_divided():
    whole = Counts(mock_seconds=10, messages=7, failed=1, bytes=1_001, tower_seconds=3.0)
    pieces = [(date(2026, 11, 1), 1.0), (date(2026, 12, 1), 1.0), (date(2027, 1, 1), 1.0)]

    parts = counting.divided(whole, pieces)

    assert [month for month, _ in parts] == [month for month, _ in pieces]
    summed = parts[0][1] + parts[1][1] + parts[2][1]
    assert summed.messages == 7
    assert summed.bytes == 1_001
    assert summed.tower_seconds == pytest.approx(3.0)
    assert parts[0][1].messages == 2


def test_counts_never_go_back():
    assert Counts(messages=3, bytes=9).beyond(Counts(messages=5, bytes=4)) == Counts(bytes=5)


def test_a_tower_is_shared_by_the_mocks_that_it_holds():
    held = shared([("a", 1, 300), ("a", 2, 100), ("b", 1, 50)])

    assert held == {1: Holding(2, 1.75), 2: Holding(1, 0.25)}
    assert share_of({}, {"a": 4}) == Holding()
