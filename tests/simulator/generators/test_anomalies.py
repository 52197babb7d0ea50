"""Anomalies: every thing that happens, by everything that begins it."""

import re
from typing import Any

import numpy as np
import pytest

from simulator import check, parse, preview
from simulator.definition.metrics.metric import Metric
from simulator.errors import DefinitionError
from simulator.fleet import Fleet
from simulator.generators import Cast, Column, Sample
from simulator.generators.base import LEFT_OUT
from simulator.generators.readings.faulty import Faulty

from .bench import EPOCH, sample

MOCKS = 5_000
STATUSES = ("well", "faulty", "worse")
FRAME = """
name: Example
id: "x-{index}"
messages: {m: {every: 1s, topic: t, json: {a: 1}}}
metrics:
"""


def metric(anomaly: dict[str, Any], mocks: int = 1, **data: Any) -> Column:
    """Return a metric that reads ``u``, and to which one anomaly happens, at work."""
    made = Metric.model_validate({"formula": "u", **data, "anomalies": [anomaly]})
    cast = Cast(
        first=0, count=mocks, seed=1, epoch=EPOCH, statuses=STATUSES, nested={"bad": STATUSES[1:]}
    )
    column = made.column(cast, "m")
    assert isinstance(column, Faulty)
    return column


def at(
    t: float, count: int, u: Any, *, mocks: int = 1, status: int = 0, entered: float = 0
) -> Sample:
    one = sample(np.arange(mocks), t=t, count=count, entered=entered, u=np.full(mocks, u))
    object.__setattr__(one, "status", np.full(mocks, status, dtype=np.uint8))
    return one


def follow(column: Column, times: Any, u: Any = 10.0, **known: Any) -> list[Any]:
    """Return what the first mock reads at each time; ``u`` is a value, or one for each time."""
    given = u if isinstance(u, list) else [u] * len(times)
    drawn = [
        column.draw(at(t, count, value, **known))
        for count, (t, value) in enumerate(zip(times, given, strict=True))
    ]
    return [values[0] for values in drawn if isinstance(values, np.ndarray)]


# What happens: always, because it is begun by the status that every mock is in.
ALWAYS = {"in": ["well"]}


@pytest.mark.parametrize(
    ("happens", "wanted"),
    [
        ({"spike": 5}, [15, 16, 17, 18]),
        ({"bias": -1.5}, [8.5, 9.5, 10.5, 11.5]),
        ({"drift": "60 per minute"}, [10, 12, 14, 16]),
        ({"drift": "-0.5 per second"}, [10, 10.5, 11, 11.5]),
        ({"out_of_range": 999}, [999, 999, 999, 999]),
        ({"stuck": "last"}, [10, 10, 10, 10]),
        ({"stuck": True}, [10, 10, 10, 10]),
        ({"stuck": 85}, [85, 85, 85, 85]),
        ({"stuck": "ERR"}, ["ERR", "ERR", "ERR", "ERR"]),
        ({"dropout": "left_out"}, [LEFT_OUT] * 4),
    ],
)
def test_what_an_anomaly_does(happens: dict[str, Any], wanted: list[Any]) -> None:
    values = follow(metric({**happens, **ALWAYS}), [0, 1, 2, 3], [10.0, 11.0, 12.0, 13.0])

    assert values == wanted


def test_a_dropout_without_value_is_null_whatever_the_type() -> None:
    numbers = metric({"dropout": None, **ALWAYS}).draw(at(0, 0, 5.0))
    whole = metric({"dropout": None, **ALWAYS}).draw(at(0, 0, 5))
    text = metric({"dropout": None, **ALWAYS}).draw(at(0, 0, "open"))

    assert np.isnan(numbers).all()
    assert whole.tolist() == [None]
    assert text.tolist() == [None]


def test_a_noise_burst_is_new_at_each_reading() -> None:
    column = metric({"noise": 3, **ALWAYS}, mocks=MOCKS)

    first, second = (column.draw(at(t, t, 10.0, mocks=MOCKS)) for t in (0, 1))

    assert first.std() == pytest.approx(3, rel=0.05)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0, abs=0.05)


def test_the_height_of_a_spike_and_the_value_out_of_range_stay_for_the_event() -> None:
    for happens, low, high in (
        ({"spike": "20 ± 5"}, 25, 35),
        ({"out_of_range": [-127, 85]}, -127, 85),
    ):
        column = metric({**happens, **ALWAYS}, mocks=MOCKS)

        first, second = (column.draw(at(t, t, 10.0, mocks=MOCKS)) for t in (0, 1))

        np.testing.assert_array_equal(first, second)
        assert (first.min(), first.max()) == pytest.approx((low, high), abs=0.1)
        assert len(np.unique(first)) > (1 if "spike" not in happens else 100)


def test_anomalies_happen_one_after_the_other() -> None:
    anomalies = [{"bias": 1, **ALWAYS}, {"stuck": "last", **ALWAYS}, {"bias": 100, **ALWAYS}]
    made = Metric.model_validate({"formula": "u", "anomalies": anomalies})
    column = made.column(Cast(first=0, count=1, seed=1, epoch=0, statuses=STATUSES), "m")

    assert follow(column, [0, 1], [10.0, 20.0]) == [111, 111]


# What begins it. A spike of 1 on 0: the reading says whether it goes on.
def going(trigger: dict[str, Any], times: Any, **known: Any) -> list[int]:
    return [int(each) for each in follow(metric({"spike": 1, **trigger}), times, 0.0, **known)]


def test_it_begins_at_a_clock_time_for_its_duration() -> None:
    assert EPOCH % 60 == 0
    trigger = {"at": "30 * * * * *", "lasts": "10s"}

    assert going(trigger, [0, 29, 30, 39.9, 40, 95, 101]) == [0, 0, 1, 1, 0, 1, 0]


def test_without_a_duration_it_lasts_for_the_one_reading_after_its_beginning() -> None:
    assert going({"at": "30 * * * * *"}, [0, 29, 33, 34, 89, 151, 152]) == [0, 0, 1, 0, 0, 1, 0]


def test_it_begins_so_long_after_the_start() -> None:
    assert going({"after": "10s", "lasts": "5s"}, [0, 9, 10, 14, 15, 99]) == [0, 0, 1, 1, 0, 0]
    assert going({"after": "10s"}, [0, 12, 13]) == [0, 1, 0]


def test_it_begins_again_and_again() -> None:
    trigger = {"every": "1min", "lasts": "10s"}

    assert going(trigger, [0, 5, 59, 60, 69, 70, 125, 191]) == [0, 0, 0, 1, 1, 0, 1, 0]


def test_what_begins_with_a_spread_begins_once_in_each_interval() -> None:
    column = metric({"spike": 1, "every": "100s ± 40s", "lasts": "5s"}, mocks=500)

    values = [column.draw(at(t, t, 0.0, mocks=500)) for t in range(650)]

    starts = np.diff(np.array(values), axis=0) > 0
    seconds = [np.flatnonzero(starts[:, mock]) + 1 for mock in range(500)]
    assert all(5 <= len(each) <= 7 for each in seconds)
    first = np.array([each[0] for each in seconds])
    assert 59 <= first.min() <= 63
    assert 137 <= first.max() <= 141


def test_it_begins_in_a_status_and_ends_with_it() -> None:
    column = metric({"spike": 1, "in": ["bad"]})
    steps = [(0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 0, 3)]

    drawn = [column.draw(at(t, t, 0.0, status=code, entered=e)) for t, code, e in steps]

    assert [values[0] for values in drawn] == [0, 1, 1, 0]


def test_it_begins_on_entering_a_status_for_its_duration() -> None:
    column = metric({"spike": 1, "in": ["faulty"], "lasts": "5s"})
    steps = [(0, 0, 0), (10, 1, 8), (12.9, 1, 8), (13, 1, 8), (20, 0, 20), (22, 1, 21)]

    drawn = [
        column.draw(at(t, i, 0.0, status=code, entered=e)) for i, (t, code, e) in enumerate(steps)
    ]

    assert [values[0] for values in drawn] == [0, 1, 1, 0, 0, 1]


def test_it_goes_on_while_a_condition_holds_or_for_its_duration_once_it_did() -> None:
    given = [0.0, 9.0, 8.0, 3.0, 2.0, 9.0, 0.0]
    while_it_holds = metric({"bias": 100, "when": "value > 7"})
    for_a_time = metric({"bias": 100, "when": "value > 7", "lasts": "2s"})

    assert follow(while_it_holds, range(7), given) == [0, 109, 108, 3, 2, 109, 0]
    assert follow(for_a_time, range(7), given) == [0, 109, 108, 3, 2, 109, 100]


def test_a_condition_may_read_other_values() -> None:
    column = metric({"bias": 100, "when": "door == 'open'"})

    open_, shut = (
        column.draw(sample([0], t=t, count=t, u=np.zeros(1), door=np.array([d], dtype=object)))
        for t, d in enumerate(["open", "shut"])
    )

    assert (open_[0], shut[0]) == (100, 0)


def test_a_share_of_the_readings() -> None:
    column = metric({"spike": 1, "chance": "10%"}, mocks=MOCKS)

    values = np.array([column.draw(at(t, t, 0.0, mocks=MOCKS)) for t in range(20)])

    assert values.mean() == pytest.approx(0.1, abs=0.005)
    assert np.corrcoef(values[3], values[4])[0, 1] == pytest.approx(0, abs=0.06)


def test_a_share_of_the_readings_begins_what_lasts() -> None:
    column = metric({"spike": 1, "chance": "10%", "lasts": "3s"}, mocks=MOCKS)

    values = np.array([column.draw(at(t, t, 0.0, mocks=MOCKS)) for t in range(60)])

    # It waits for 1/p readings on average, begins with the one that hits, and goes on for 2 more.
    assert values[20:].mean() == pytest.approx(3 / (1 / 0.1 - 1 + 3), abs=0.01)


@pytest.mark.parametrize("step", [1, 10])
def test_a_chance_in_a_time_is_the_same_however_often_it_is_read(step: int) -> None:
    column = metric({"spike": 1, "chance": "1% per second", "lasts": "30s"}, mocks=MOCKS)

    values = np.array(
        [column.draw(at(t, i, 0.0, mocks=MOCKS)) for i, t in enumerate(range(0, 600, step))]
    )

    hazard = -np.log(0.99)
    assert values[0].mean() == 0
    assert values[len(values) // 2 :].mean() == pytest.approx(30 / (30 + 1 / hazard), abs=0.01)


def test_a_chance_lets_only_a_share_of_planned_events_happen() -> None:
    column = metric({"spike": 1, "every": "10s", "lasts": "5s", "chance": "30%"}, mocks=MOCKS)

    values = np.array([column.draw(at(t, i, 0.0, mocks=MOCKS)) for i, t in enumerate((12, 14, 22))])

    assert values.mean(axis=1) == pytest.approx([0.3] * 3, abs=0.02)
    np.testing.assert_array_equal(values[0], values[1])
    assert np.corrcoef(values[0], values[2])[0, 1] == pytest.approx(0, abs=0.05)


def test_a_status_narrows_down_when_it_begins() -> None:
    column = metric({"spike": 1, "in": ["faulty"], "chance": "50%"}, mocks=MOCKS)

    well = column.draw(at(0, 0, 0.0, mocks=MOCKS))
    faulty = column.draw(at(1, 1, 0.0, mocks=MOCKS, status=1))

    assert well.mean() == 0
    assert faulty.mean() == pytest.approx(0.5, abs=0.02)


def test_it_is_begun_by_hand_for_some_mocks_until_a_time() -> None:
    column = metric({"name": "broken", "drift": "1 per second"}, mocks=3)
    assert isinstance(column, Faulty)
    column.draw(at(0, 0, 0.0, mocks=3))

    assert column.inject("broken", np.array([1]), 10.0)
    assert not column.inject("brocken", np.array([1]), 10.0)
    values = [column.draw(at(t, i + 1, 0.0, mocks=3)).tolist() for i, t in enumerate((3, 5, 10))]

    assert values == [[0, 0, 0], [0, 2, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    "anomaly",
    [
        {"spike": "5 ± 5", "chance": "5% per second", "lasts": "3s ± 2s"},
        {"stuck": "last", "chance": "10%", "lasts": "4s"},
        {"noise": 2, "every": "7s ± 3s", "lasts": "2s", "chance": "70%"},
        {"dropout": "left_out", "when": "value > 12", "lasts": "3s"},
        {"drift": "1 per second", "in": ["faulty"], "chance": "20%", "lasts": "5s"},
    ],
)
def test_neither_shards_nor_a_checkpoint_show(anomaly: dict[str, Any]) -> None:
    def series(first: int, count: int, restored_at: int | None) -> list[list[Any]]:
        made = Metric.model_validate({"walk": {"start": 10, "step": 1}, "anomalies": [anomaly]})
        cast = Cast(first=first, count=count, seed=1, epoch=EPOCH, statuses=STATUSES)
        column, values = made.column(cast, "m"), []
        for t in range(25):
            if t == restored_at:
                state = column.state()
                column = made.column(cast, "m")
                column.restore(state)
            values.append(column.draw(at(t, t, 0, mocks=count, status=t // 5 % 2)).tolist())
        return values

    whole = series(0, 30, None)

    assert [row[10:20] for row in whole] == series(10, 10, None)
    assert whole == series(0, 30, 13)


def test_a_metric_with_parts_goes_wrong_as_a_whole() -> None:
    parts = {"a": {"mean": 0, "deviation": 0}, "b": {"mean": 5, "deviation": 1}}
    made = Metric.model_validate(
        {"correlated": {"parts": parts}, "anomalies": [{"stuck": "last", "in": ["well"]}]}
    )
    column = made.column(Cast(first=0, count=2, seed=1, epoch=0, statuses=STATUSES), "m")

    first, second = (column.draw(at(t, t, 0, mocks=2)) for t in (0, 1))

    assert first["b"].tolist() == second["b"].tolist()
    assert first["b"][0] != first["b"][1]


def test_a_fleet_lets_an_anomaly_begin_by_hand() -> None:
    text = """
name: Example
id: "{index}"
metrics: {t: {constant: 20, anomalies: [{name: broken, out_of_range: -127}]}}
messages: {m: {every: 10s, topic: "t/{index}", json: "{t}"}}
"""
    fleet = Fleet(parse(text), count=3, is_instant=True)
    fleet.due(15.0)

    fleet.inject("t", "broken", [1], until=30.0)
    sent = [
        (a, p) for b in fleet.due(60.0).sends for a, p in zip(b.addresses, b.payloads, strict=True)
    ]

    assert sorted({each for each in sent if b"-127" in each[1]}) == [("t/1", b"-127.0")]
    assert 1 <= sum(b"-127" in payload for _, payload in sent) <= 2
    with pytest.raises(DefinitionError, match="'t' has no anomaly named 'brocken'"):
        fleet.inject("t", "brocken", [1], until=30.0)


def test_what_is_left_out_is_no_key_of_the_payload() -> None:
    text = """
name: Example
id: "{index}"
metrics: {t: {constant: 21.5, anomalies: [{dropout: left_out, every: 10s, lasts: 5s}]}}
messages: {m: {every: 4s, topic: t, json: {a: 1, t: "{t}"}}}
"""
    sent = {each.payload for each in preview(parse(text), duration=60)}

    assert sent == {b'{"a":1,"t":21.5}', b'{"a":1}'}


def test_a_reading_may_stick_at_what_was_left_out() -> None:
    text = """
name: Example
id: "{index}"
metrics:
  t:
    constant: 21.5
    anomalies: [{dropout: left_out, every: 10s, lasts: 1s}, {stuck: last, every: 10s, lasts: 5s}]
messages: {m: {every: 1s, topic: t, json: {a: 1, t: "{t}"}}}
"""
    sent = {each.payload for each in preview(parse(text), duration=60)}

    assert sent == {b'{"a":1,"t":21.5}', b'{"a":1}'}


def test_what_a_status_leaves_out_is_no_key_of_its_payload() -> None:
    text = """
name: Example
id: "{index}"
metrics: {t: {constant: 21.5}}
messages: {m: {every: 1s, topic: t, json: {s: "{status}", t: "{t}"}}}
statuses:
  fine: {send: [m], go: [{to: faulty, after: 15s}]}
  faulty: {send: [m], metrics: {t: {constant: 3.5, anomalies: [{dropout: left_out, in: [faulty]}]}}}
"""
    sent = {each.payload for each in preview(parse(text), duration=30)}

    assert sent == {b'{"s":"fine","t":21.5}', b'{"s":"faulty"}'}


@pytest.mark.parametrize("kind", ["constant: 21.5", "pick: [warm, hot]", "bernoulli: 0.99"])
@pytest.mark.parametrize("condition", ["t > 8", "'a' < t", "t >= t", "t", "1 if t < 99 else 0"])
def test_what_is_left_out_meets_no_condition(kind: str, condition: str) -> None:
    text = f"""
name: Example
id: "{{index}}"
metrics: {{t: {{{kind}, anomalies: [{{dropout: left_out, in: [calm]}}]}}}}
messages: {{m: {{every: 1s, topic: t, json: {{t: "{{t}}", s: "{{status}}"}}}}}}
statuses:
  calm: {{send: [m], go: [{{to: alarm, when: "{condition}"}}]}}
  alarm: {{send: [m]}}
"""
    sent = {each.payload for each in preview(parse(text), duration=20)}

    assert sent == {b'{"s":"calm"}'}


@pytest.mark.parametrize(
    ("anomaly", "text"),
    [
        (
            "{chance: 1%}",
            r"m\.anomalies\(0\): needs one of spike, bias, drift, noise, out_of_range,",
        ),
        (
            "{spike: 1, bias: 2, chance: 1%}",
            r"m\.anomalies\(0\): needs one of .* got spike and bias",
        ),
        (
            "{spike: 1}",
            r"m\.anomalies\(0\): nothing begins it: give chance, at, after, every, when",
        ),
        (
            "{spike: 1, after: 1s, every: 2s}",
            r"m\.anomalies\(0\): one thing begins it, got after and",
        ),
        ("{spike: big, chance: 1%}", r"m\.anomalies\(0\).spike: needs a number such as 20"),
        (
            "{drift: 5, chance: 1%}",
            r"m\.anomalies\(0\).drift: needs a change in a time such as 0.5",
        ),
        ("{drift: 5 per moon, chance: 1%}", r"m\.anomalies\(0\).drift: wrong unit 'moon'"),
        ("{noise: 0, chance: 1%}", r"m\.anomalies\(0\).noise: must be above 0"),
        ("{dropout: gone, chance: 1%}", r"m\.anomalies\(0\).dropout: must be 'left_out'"),
        ("{spike: 1, in: [brocken]}", "m.formula: unknown status 'brocken', allowed: running"),
        ("{spike: 1, when: tmp > 3}", "m.formula: unknown metric 'tmp', allowed:"),
        (
            "{spike: 1, chance: 1%, last: 5s}",
            r"m\.anomalies\(0\).last: unknown word 'last', did you",
        ),
    ],
)
def test_an_anomaly_that_cannot_be_is_refused_at_its_place(anomaly: str, text: str) -> None:
    checked = check(f"{FRAME}  m: {{formula: index, anomalies: [{anomaly}]}}\n")

    (problem,) = checked.problems
    assert re.match(rf"metrics\.{text}", str(problem).replace("[", "(").replace("]", ")"))


def test_numbers_cannot_go_wrong_in_a_text() -> None:
    checked = check(f"{FRAME}  m: {{constant: open, anomalies: [{{spike: 1, chance: 1%}}]}}\n")

    assert [str(each) for each in checked.problems] == [
        "metrics.m.anomalies[0].spike: spike needs numbers, and constant gives text"
    ]
