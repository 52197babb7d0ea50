"""Failures are counted by reason, and a target with endless reasons costs no memory."""

from simulator.recording.reasons import MAX_REASONS, OTHER, Reason, Reasons


def test_sends_and_lost_connections_are_counted_apart() -> None:
    reasons = Reasons()

    codes = [reasons.send("HTTP 503"), reasons.lost("connection refused"), reasons.send("HTTP 503")]

    assert codes == [1, 2, 1]
    assert reasons.table() == [Reason("HTTP 503", 2, 0), Reason("connection refused", 0, 1)]


def test_the_empty_text_is_no_failure() -> None:
    assert Reasons().code("") == 0


def test_reasons_beyond_the_limit_count_as_other() -> None:
    reasons = Reasons()

    for number in range(MAX_REASONS * 2):
        reasons.send(f"HTTP {number}")

    table = reasons.table()
    assert len(table) == MAX_REASONS
    assert table[-1] == Reason(OTHER, MAX_REASONS + 1, 0)
    assert sum(reason.sends for reason in table) == MAX_REASONS * 2
