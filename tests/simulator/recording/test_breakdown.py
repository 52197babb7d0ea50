"""Counts kept apart by name: exact in sum, bounded in number, the same from every shard."""

import json

from simulator.recording.breakdown import FIGURES, MOST_NAMES, OTHERS, Breakdown, no_counts


def told(**counted: int) -> Breakdown:
    """Return a breakdown in which each name has sent so much."""
    names = (OTHERS, *counted)
    counts = no_counts(len(names))
    counts[1:, 0] = list(counted.values())
    return Breakdown(names, counts)


def test_breakdowns_of_other_names_add_up_by_name() -> None:
    whole = Breakdown.merged([told(a=1, b=2), Breakdown(), told(b=10, c=3)])

    assert whole.names == (OTHERS, "a", "b", "c")
    assert [whole.of(name)["sent"] for name in "abcd"] == [1, 12, 3, 0]
    assert not Breakdown.merged([])


def test_names_beyond_the_most_count_as_others() -> None:
    many = [told(**{f"n{i}": 1 for i in range(first, first + 50)}) for first in (0, 50)]

    whole = Breakdown.merged(many)

    assert len(whole.names) == MOST_NAMES
    assert whole.of(OTHERS)["sent"] == 100 - (MOST_NAMES - 1)
    assert int(whole.counts.sum()) == 100


def test_a_breakdown_grows_with_names_that_come_later() -> None:
    running = told(a=1)

    running.add((OTHERS, "a", "b"), no_counts(3) + 1)

    assert [running.of(name)["sent"] for name in (OTHERS, "a", "b")] == [1, 2, 1]


def test_a_breakdown_survives_json_and_figures_of_another_version() -> None:
    whole = told(a=1, b=2)
    stored = json.loads(json.dumps(whole.to_dict()))
    older = {"names": ["a"], "figures": ["weight", "sent"], "counts": [[7, 3]]}

    assert Breakdown.from_dict(stored) == whole
    assert Breakdown.from_dict(older).of("a") == dict.fromkeys(FIGURES, 0) | {"sent": 3}


def test_breakdowns_are_equal_by_what_they_counted() -> None:
    assert told(a=1, b=2) == told(b=2, a=1, c=0)
    assert told(a=1) != told(a=2)
    assert told(a=1) != "a"
