"""The demo's verdict: it must notice every way in which two counts can differ."""

import json

import pytest
from workshop.comparing import IN_BUFFER, Totals, compare, together
from workshop.counting import Tally, restored

HEADER = "id,sequence\n"


def totals(due: int = 4, **other: int) -> Totals:
    counts = {"mocks": 2, "due": due, "acknowledged": due, "failed": 0, **other}
    return Totals(**counts, p50_ms=1.0, p99_ms=2.0)


def tally(*pairs: tuple[str, int]) -> Tally:
    arrived = Tally()
    for device, number in pairs:
        arrived.add(json.dumps({"id": device, "seq": number}).encode())
    return arrived


def lines(*pairs: tuple[str, int]) -> list[str]:
    return [HEADER, *(f"{device},{number}\n" for device, number in pairs)]


ALL = (("a", 0), ("a", 1), ("b", 0), ("b", 1))


def test_counts_that_agree_are_ok() -> None:
    comparison = compare(totals(), tally(*ALL), lines(*ALL))

    assert comparison.ok
    assert (comparison.received, comparison.csv_rows) == (4, 4)


@pytest.mark.parametrize(
    ("arrived", "reported", "what"),
    [
        (ALL[:3], ALL, {"missing": 1, "duplicates": 0}),
        (ALL, ALL[:3], {"missing": 1, "duplicates": 0}),
        ((*ALL, ALL[0]), ALL, {"missing": 0, "duplicates": 1}),
        (ALL, (*ALL, ALL[0]), {"missing": 0, "duplicates": 1}),
        ((("a", 0), ("a", 2)), (("a", 0), ("a", 2)), {"missing": 1, "duplicates": 0}),
    ],
)
def test_a_difference_is_counted_and_is_not_ok(
    arrived: tuple[tuple[str, int], ...],
    reported: tuple[tuple[str, int], ...],
    what: dict[str, int],
) -> None:
    comparison = compare(totals(), tally(*arrived), lines(*reported))

    assert not comparison.ok
    assert {name: getattr(comparison, name) for name in what} == what


def test_nothing_sent_is_not_ok() -> None:
    assert not compare(totals(due=0), tally(), lines()).ok


def test_a_failed_message_is_not_ok() -> None:
    assert not compare(totals(due=5, acknowledged=4, failed=1), tally(*ALL), lines(*ALL)).ok


def test_what_waits_in_a_buffer_at_the_end_is_in_the_report_alone() -> None:
    held = [*lines(*ALL), f"b,2,{IN_BUFFER}\n"]
    held[0] = "id,sequence,reason\n"
    counted = totals(due=5, acknowledged=4, failed=1)

    comparison = compare(counted, tally(*ALL), held)

    assert comparison.ok
    assert (comparison.buffered, comparison.csv_rows, comparison.missing) == (1, 5, 0)
    assert not compare(counted, tally(*ALL, ("b", 2)), held).ok
    assert not compare(counted, tally(*ALL), [*held[:-1], "b,2,connection refused\n"]).ok


def test_sums_are_over_all_lots_and_one_that_differs_spoils_them() -> None:
    good = compare(totals(), tally(*ALL), lines(*ALL))
    bad = compare(totals(), tally(*ALL[:3]), lines(*ALL))

    result = together([good, bad], seconds=1.25)

    assert result["ok"] is False
    assert (result["mocks"], result["sent"], result["received"]) == (4, 8, 7)
    assert (result["p99_ms"], result["seconds"]) == (2.0, 1.2)


def test_what_is_not_a_message_is_counted_apart() -> None:
    arrived = tally(("a", 0))
    for payload in (b"", b"[]", b'{"id": "a"}', b"\xff", b'{"id": "a", "seq": null}'):
        arrived.add(payload)

    assert (arrived.received, arrived.unreadable) == (1, 5)


def test_a_tally_survives_its_way_through_json() -> None:
    arrived = tally(*ALL, ALL[0])

    copy = restored(json.loads(json.dumps(arrived.document())))

    assert copy.pairs() == arrived.pairs()
    assert (copy.received, copy.duplicates) == (5, 1)
