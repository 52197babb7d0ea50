from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.lots.durations import duration_text, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("5 min", 300),
        ("2h", 7_200),
        ("1h 30min", 5_400),
        ("1.5 h", 5_400),
        ("1,5 h", 5_400),
        ("1 day", 86_400),
        ("90 Seconds", 90),
        ("250s", 250),
        ("0s", 0),
        ("0.5s", 0.5),
    ],
)
def test_durations_are_read_with_their_units(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "Write a number with its unit"),
        ("soon", "Write a number with its unit"),
        ("30", "Write the unit as well: 30s, 30 min or 30h."),
        ("0", "Write a unit as well"),
        ("5 fortnights", "“fortnights” is not a unit of time"),
        ("5min soon", "Write a number with its unit"),
        ("-5 min", "Write a number with its unit"),
    ],
)
def test_what_is_no_duration_is_refused_with_a_way_out(text, refusal):
    with pytest.raises(ValueError, match=refusal):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=7 * 86_400_000))
def test_the_text_of_a_duration_reads_as_that_duration(milliseconds):
    duration = timedelta(milliseconds=milliseconds)

    assert parse_duration(duration_text(duration)) == duration


@pytest.mark.parametrize(
    ("seconds", "text"), [(90, "1min 30s"), (3_600, "1h"), (90_000, "1 day 1h"), (0, "0s")]
)
def test_durations_are_written_short(seconds, text):
    assert duration_text(timedelta(seconds=seconds)) == text
