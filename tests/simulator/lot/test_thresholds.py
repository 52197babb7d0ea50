"""Limits of a run as sentences."""

import pytest

from simulator.errors import DefinitionError
from simulator.lot import Lot, MqttTarget, Part
from simulator.lot.thresholds import FIGURES, Threshold, threshold_problems


@pytest.mark.parametrize(
    ("text", "figure", "share", "limit", "is_share"),
    [
        ("latency p99 < 200ms", "latency", 99.0, 0.2, False),
        ("latency p99.9<=1.5s", "latency", 99.9, 1.5, False),
        ("lateness max < 2 s", "lateness", 100.0, 2.0, False),
        ("failed <= 0.1%", "failed", None, 0.001, True),
        ("failed < 10", "failed", None, 10.0, False),
        ("connected >= 99%", "connected", None, 0.99, True),
        ("rate > 900/s", "rate", None, 900.0, False),
        ("  rate   >=  900 ", "rate", None, 900.0, False),
    ],
)
def test_a_sentence_says_figure_comparison_and_limit(
    text: str, figure: str, share: float | None, limit: float, is_share: bool
) -> None:
    found = Threshold.read(text)

    assert (found.figure, found.share, found.is_share) == (figure, share, is_share)
    assert found.limit == pytest.approx(limit)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("latency < 200ms", "latency needs p50, p90, p99, p99.9 or max after it"),
        ("latency p0 < 200ms", "latency needs p50"),
        ("latency p101 < 200ms", "latency needs p50"),
        ("latency p99 < 200", "latency needs a unit of time: ms, s"),
        ("latency p99 < 20%", "latency needs a unit of time"),
        ("failed p99 < 1%", "failed has no percentiles"),
        ("failed < 101%", "failed must be at most 100%"),
        ("failed < 1s", "failed takes % or nothing after its number, got 's'"),
        ("rate > 5%", "rate takes /s or nothing after its number, got '%'"),
        ("latencyy p99 < 1s", "unknown figure 'latencyy', did you mean 'latency'?"),
        ("failed = 1", "needs a figure, a comparison and a limit, such as latency p99 < 200ms"),
        ("failed", "needs a figure"),
        ("failed < -1", "needs a figure"),
        ("x" * 101, "needs a figure"),
        (7, "needs a figure"),
    ],
)
def test_what_is_no_limit_is_refused_with_what_is(text: object, refusal: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        Threshold.read(text)

    assert str(refused.value).startswith(refusal)


@pytest.mark.parametrize(
    ("comparison", "holds"),
    [
        ("<", [True, False, False]),
        ("<=", [True, True, False]),
        (">=", [False, True, True]),
        (">", [False, False, True]),
    ],
)
def test_a_comparison_is_exact_at_the_limit(comparison: str, holds: list[bool]) -> None:
    threshold = Threshold.read(f"failed {comparison} 5")

    assert [threshold.holds(value) for value in (4, 5, 6)] == holds


def test_a_lot_keeps_its_thresholds_as_they_were_written() -> None:
    part = Part(name="p", document={}, count=1)
    target = MqttTarget(host="h", port=1)
    texts = ["latency p99 < 200ms", "failed <= 0.1%"]

    lot = Lot.model_validate(
        {"duration": 1.0, "parts": [part], "target": target, "thresholds": texts}
    )
    again = Lot.model_validate_json(lot.model_dump_json())

    assert lot.model_dump(mode="json")["thresholds"] == texts
    assert again.thresholds == lot.thresholds


def test_every_figure_has_an_example_that_is_read() -> None:
    for figure, kind in FIGURES.items():
        text = f"{figure} p99 < 1s" if kind == "duration" else f"{figure} < 1"
        assert Threshold.read(text).figure == figure


@pytest.mark.parametrize(
    "way_back", [None, {"kind": "counter", "url": "http://receiver.example/stats"}]
)
def test_a_limit_of_what_the_target_never_tells_is_told_at_its_place(way_back) -> None:
    target = MqttTarget(host="h", port=1, way_back=way_back)
    limits = [Threshold.read("failed <= 1%"), Threshold.read("end to end p99 < 1s")]

    (problem,) = threshold_problems(limits, target)

    assert str(problem) == (
        "thresholds[1]: end to end is measured by a subscription: "
        "give the target a way_back of that kind"
    )


def test_a_subscription_measures_the_whole_way() -> None:
    target = MqttTarget(host="h", port=1, way_back={"kind": "subscription", "filter": "#"})

    assert threshold_problems([Threshold.read("end to end max < 1s")], target) == ()
