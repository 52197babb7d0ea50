"""What shards told, as metrics: added up by run, with few labels."""

from typing import Any

from simulator.exporting import Family, Figures, families
from simulator.exporting.families import BOUNDS, Distribution
from simulator.exporting.figures import KEEP, MAX_REASONS, MAX_RUNS
from simulator.recording import Limited, Link, Reason, Second, new_board
from simulator.tower import Snapshot


def snapshot(shard: str = "a", *, run: str = "r1", **fields: Any) -> Snapshot:
    board = new_board(0, 4)
    board["link"] = [Link.CONNECTED, Link.CONNECTED, Link.WAITING, Link.OFF]
    total = Second(at=0, due=10, acknowledged=8, failed=2, bytes=300, wire_out=500, wire_in=40)
    total.latency.record([0.002] * 7 + [0.3])
    given = {
        "shard": shard, "t": 1.0, "board": board, "statuses": ("on",), "seconds": [],
        "reasons": [Reason("timed out", 2, 1)], "total": total, "state": "running", "error": "",
        "dropped": 0, "lot": "Night", "run": run,
    }  # fmt: skip
    return Snapshot(**(given | fields))


def told(figures: Figures) -> dict[str, Family]:
    return {family.name: family for family in families(figures.told(), tower="t/1")}


def only(family: Family) -> Any:
    [(_, value)] = family.samples
    return value


def test_shards_of_a_run_are_added_up() -> None:
    figures = Figures()
    figures.take([snapshot("a"), snapshot("b")], now=0.0)
    figures.take([snapshot("b")], now=1.0)

    found = told(figures)

    assert only(found["mocklot_sends_due"]) == 20
    assert found["mocklot_sends"].samples[0] == (
        {"lot": "Night", "run": "r1", "tower": "t/1", "result": "acknowledged"},
        16,
    )
    assert [value for _, value in found["mocklot_wire_bytes"].samples] == [1000, 80]
    links = {labels["link"]: value for labels, value in found["mocklot_mocks"].samples}
    assert links == {"off": 2, "connecting": 0, "connected": 4, "waiting": 2, "ended": 0}


def test_durations_are_told_by_bounds() -> None:
    figures = Figures()
    figures.take([snapshot()], now=0.0)

    latency = only(told(figures)["mocklot_acknowledgement_latency_seconds"])

    assert isinstance(latency, Distribution)
    assert latency.count == 8
    assert dict(zip(BOUNDS, latency.within, strict=True))[0.001] == 0
    assert dict(zip(BOUNDS, latency.within, strict=True))[0.0025] == 7
    assert dict(zip(BOUNDS, latency.within, strict=True))[0.5] == 8
    assert abs(latency.sum - 0.314) < 0.004


def test_no_label_is_of_a_mock_and_reasons_are_bounded() -> None:
    reasons = [Reason(f"reason {number}", number, 0) for number in range(1, 200)]
    figures = Figures()
    figures.take([snapshot(reasons=reasons)], now=0.0)

    samples = told(figures)["mocklot_failures"].samples

    assert len(samples) == MAX_REASONS + 1
    assert sum(value for _, value in samples) == sum(range(1, 200))  # type: ignore[misc]
    assert {name for labels, _ in samples for name in labels} == {"lot", "run", "tower", "reason"}


def test_a_generator_that_was_too_late_is_told() -> None:
    figures = Figures()
    limited = Limited(since=5, lateness=0.5, seconds=2, tower="t/1")
    figures.take([snapshot("a"), snapshot("b", limited=limited)], now=0.0)

    assert only(told(figures)["mocklot_generator_limited"]) == 1.0


def test_a_run_is_forgotten_some_time_after_its_last_word() -> None:
    figures = Figures()
    figures.take([snapshot(run="old")], now=0.0)

    figures.take([snapshot(run="new")], now=KEEP - 1)
    assert {run.run for run in figures.told()} == {"old", "new"}

    figures.take([snapshot(run="new")], now=KEEP)
    assert {run.run for run in figures.told()} == {"new"}


def test_the_number_of_runs_is_bounded() -> None:
    figures = Figures()

    for number in range(MAX_RUNS + 5):
        figures.take([snapshot(run=f"r{number}")], now=number / 1000)

    runs = {run.run for run in figures.told()}
    assert len(runs) == MAX_RUNS
    assert "r4" not in runs
