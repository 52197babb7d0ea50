# ruff: noqa: E501 - tables, one row a line
"""One line of a document is wrong; the text says what, and where."""

from dataclasses import dataclass
from typing import Any

import pytest

import simulator
from simulator import check, parse, parse_document
from simulator.definition.metrics.generator import KINDS
from simulator.errors import DefinitionError

GOOD = """\
name: Sensor
id: "s-{index:04d}"
constants: {firmware: 2.4.1}
variables:
  site: {choice: {a: 5, b: 3}}
metrics:
  temperature: {unit: "°C", walk: {start: 4, step: 0.2}}
  position: {route: {dataset: van.gpx, speed: 38 km/h}}
  weather: {replay: {dataset: day.csv, column: temperature}}
  feel: {formula: "temperature - 1"}
messages:
  state: {every: 10s, topic: "p/{site}/{id}", json: {t: "{temperature:.1f}", at: "{now:iso}"}}
  burst: {json: {samples: {bulk: {count: 60, step: 1s, of: "{temperature}"}}}}
statuses:
  running:
    send: [state]
    go:
      - {to: alarm, when: "temperature > 8"}
      - {to: alarm, chance: 2% per hour}
      - {to: off, at: "0 0 22 * * *"}
  alarm:
    send: [state, burst]
    every: 1s
    go: [{to: running, after: 90s, chance: 97%}, {to: off, chance: 3%}]
  off: {end: true}
"""


@dataclass(frozen=True)
class File:
    kind: Any
    columns: tuple[str, ...]
    text: str = ""


ROUTE = KINDS["route"].model_validate({"dataset": "van.gpx", "speed": 1})
DATASETS = {
    "van.gpx": File("gpx", ROUTE.needs()[0].columns),
    "day.csv": File("csv", ("time", "temperature")),
}

TRIGGERS = "after, at, when, on, sends, fails, connection"
WAYS = "to, after, at, when, on, sends, fails, connection, chance, held, edge, priority"
STATUS = (
    "send, every, connected, end, buffer, restart, enter, leave, metrics, statuses, history, go"
)


def problems(old: str, new: str) -> list[str]:
    """Return what is wrong with the good document when one text in it is another."""
    assert old in GOOD
    return [str(problem) for problem in check(GOOD.replace(old, new), datasets=DATASETS).problems]


def test_the_good_document_has_no_problems() -> None:
    assert check(GOOD, datasets=DATASETS).problems == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        # words
        ("name: S", "nam: S", "nam: unknown word 'nam', did you mean 'name'?"),
        ("{every: 10s,", "{evry: 10s,", "messages.state.evry: unknown word 'evry', did you mean 'every'?"),
        ("step: 0.2", "step: 0.2, stop: 1", "metrics.temperature.walk.stop: unknown word 'stop', did you mean 'step'?"),
        ("walk: {", "wlak: {", "metrics.temperature.wlak: unknown word 'wlak', did you mean 'walk'?"),
        ('unit: "°C"', 'uint: "°C"', "metrics.temperature.uint: unknown word 'uint', did you mean 'unit'?"),
        ("choice: {", "choise: {", "variables.site.choise: unknown word 'choise', did you mean 'choice'?"),
        ("count: 60,", "count: 60, cout: 3,", "messages.burst.json.samples.bulk.cout: unknown word 'cout', did you mean 'count'?"),
        ("{to: off, at", "{go: off, to: off, at", f"statuses.running.go[2].go: unknown word 'go', allowed: {WAYS}"),
        ("{end: true}", "{end: true, ende: 3}", "statuses.off.ende: unknown word 'ende', did you mean 'end'?"),
        # types and limits
        ("name: Sensor", "name: 5", "name: needs a text, got 5; in quotes it is one"),
        ("name: Sensor", "name: ''", "name: needs 1 or more characters"),
        ('"s-{index:04d}"', "{index}", "id: needs a text, got a mapping; text with { } needs quotes"),
        ("{firmware: 2.4.1}", "{firmware: [2]}", "constants.firmware: needs a text, a number, true or false, got a list"),
        ("{firmware: 2.4.1}", "5", "constants: needs a mapping, got 5"),
        ("start: 4", "start: warm", "metrics.temperature.walk.start: needs a number, got 'warm'"),
        ("walk: {start: 4, step: 0.2}", "walk: 5", "metrics.temperature.walk: needs a mapping, got 5"),
        ('{unit: "°C", walk: {start: 4, step: 0.2}}', "5", "metrics.temperature: needs a mapping, got 5"),
        ("every: 10s", "every: 10 parsec", "messages.state.every: wrong unit 'parsec', allowed: ms, s, min, h, d, w"),
        ("38 km/h", "38 kmh", "metrics.position.route.speed: wrong unit 'kmh', allowed: m/s, km/h, kn, mph"),
        ("every: 10s", "every: 10s, qos: 3", "messages.state.qos: must be 0, 1 or 2, got 3"),
        ("every: 10s", "every: 10s, method: PUTT", "messages.state.method: must be 'POST', 'PUT' or 'PATCH', got 'PUTT', did you mean 'PUT'?"),
        ("every: 10s", "every: 10s, retain: perhaps", "messages.state.retain: needs true or false, got 'perhaps'"),
        ("count: 60", "count: 10001", "messages.burst.json.samples.bulk.count: must be at most 10000, got 10001"),
        ("count: 60", "count: 1.5", "messages.burst.json.samples.bulk.count: needs a whole number, got 1.5"),
        ('of: "{temperature}"', "of: {bulk: {count: 2, step: 1, of: 3}}", "messages.burst.json.samples.bulk.of: a bulk cannot hold another bulk"),
        ("send: [state]\n", "send: state\n", "statuses.running.send: needs a list, got 'state': write [state]"),
        ("{to: off, at", "{at", "statuses.running.go[2].to: is missing"),
        ("{a: 5, b: 3}", "{a: -5, b: 3}", "variables.site.choice: the weight of 'a' must be 0 or more, got -5"),
        ("{a: 5, b: 3}", "{a: 0}", "variables.site.choice: one weight at least must be above 0"),
        ("{a: 5, b: 3}", "[]", "variables.site.choice: needs 1 to 10,000 values, got 0"),
        ("choice: {a: 5, b: 3}", "integer: {min: 5, max: 3}", "variables.site.integer: min must not be above max, got 5 and 3"),
        ("chance: 97%", "chance: 197%", "statuses.alarm.go[0].chance: must be from 0 % to 100 %, got 197 %"),
        ("walk: {start: 4, step: 0.2}", "ramp: {from: 1, to: 2, over: 0s}", "metrics.temperature.ramp.over: must be above 0 s, got '0s'"),
        ("speed: 38 km/h", "speed: 0 km/h", "metrics.position.route.speed: must be above 0 to 10,000 m/s, got '0 km/h'"),
        ("walk: {start: 4, step: 0.2}", "curve: {points: [[0, 1], [2, 1]], period: 1h}", "metrics.temperature.curve.points[1][0]: must be at most 1, got 2"),
        ("walk: {start: 4, step: 0.2}", "walk: {start: 4, step: 0.2, '': 1}", "metrics.temperature.walk[\"\"]: unknown word '', allowed: min, max, at_bounds, start, step, pull, to"),
        ("every: 10s", "every: 10s, qos: '1'", "messages.state.qos: must be 0, 1 or 2, got '1'"),
        ("chance: 97%", "chance: 10s", "statuses.alarm.go[0].chance: needs a chance such as 3% or 0.03, got '10s'"),
        ("name: Sensor", 'name: "Sen\\nsor"', "name: a name has no control characters, got 'Sen\\nsor'"),
        ('walk: {start: 4, step: 0.2}', 'walk: {start: 4, step: 0.2}, constant: 5', "metrics.temperature: needs one of them, got walk and constant"),
        # texts and names
        ("{index:04d}", "{index:04q}", "id: unknown format '04q', allowed: numbers such as .1f, 06d, x; moments iso, epoch, ms, us or such as %Y-%m-%d"),
        ("s-{index:04d}", "s-{site}", "id: needs {index}, or all mocks have the same id; such as 'mock-{index:06d}'"),
        ("s-{index:04d}", "s-{index}-{temperature}", "id: unknown name 'temperature', allowed: firmware, site, index"),
        ("s-{index:04d}", "s-{index}-{now}", "id: 'now' is not known here, allowed: firmware, site, index"),
        ("{site}/{id}", "{sit}/{id}", "messages.state.topic: unknown metric 'sit', did you mean 'site'?"),
        ("{site}/{id}", "+/{id}", "messages.state.topic: a topic to send to has no '+'"),
        ('topic: "p/{site}/{id}"', "topic: ''", "messages.state.topic: a topic has at least one character"),
        ("topic: \"p/", "path: \"p /", "messages.state.path: a path has no blanks"),
        ("{temperature:.1f}", "{position.lad}", "messages.state.json.t: 'position' has no part 'lad', did you mean 'position.lat'?"),
        ("{temperature:.1f}", "{temperature.x}", "messages.state.json.t: 'temperature' has no parts"),
        ("{temperature:.1f}", "{site.x}", "messages.state.json.t: 'site' has no parts"),
        ("{temperature:.1f}", "{previous}", "messages.state.json.t: 'previous' is not known here, allowed: temperature, position, weather, feel, firmware, site, id, index, seq, now, status, message, age, time_in_status, uptime, progress"),
        ("temperature > 8", "temprature > 8", "statuses.running.go[0].when: unknown metric 'temprature', did you mean 'temperature'?"),
        ("temperature > 8", "temperature >", "statuses.running.go[0].when: not an expression (at character 13 of the expression)"),
        ("temperature - 1", "temprature - 1", "metrics.feel.formula: unknown metric 'temprature', did you mean 'temperature'?"),
        ("temperature - 1", "feel + 1", "metrics.feel.formula: a loop of metrics: feel -> feel"),
        ("site:", "firmware:", "variables.firmware: 'firmware' is one of the constants already, choose another name"),
        ("firmware:", "seq:", "constants.seq: 'seq' is a name of our own, choose another name"),
        ("firmware:", "pi:", "constants.pi: 'pi' is a name of our own, choose another name"),
        ("firmware:", "if:", "constants.if: 'if' cannot be a name: letters, digits and _ only, at most 60, choose another name"),
        ("firmware:", "x-y:", "constants.x-y: 'x-y' cannot be a name: letters, digits and _ only, at most 60, choose another name"),
        # datasets
        ("van.gpx", "van.gpz", "metrics.position.route: missing dataset 'van.gpz', did you mean 'van.gpx'?"),
        ("van.gpx", "day.csv", "metrics.position.route: needs a gpx dataset, and 'day.csv' is csv"),
        ("column: temperature", "column: temprature", "metrics.weather.replay: the dataset 'day.csv' has no column 'temprature', did you mean 'temperature'?"),
        # statuses
        ("{to: alarm, when", "{to: alrm, when", "statuses.running.go[0].to: unknown status 'alrm', did you mean 'alarm'?"),
        ("[state, burst]", "[state, bursd]", "statuses.alarm.send[1]: unknown message 'bursd', did you mean 'burst'?"),
        ("[state, burst]", "[state, state]", "statuses.alarm.send[1]: 'state' stands here twice"),
        ("    every: 1s\n", "", "statuses.alarm.send[1]: 'burst' needs 'every', in the message or in the status, such as every: 10s"),
        ("  off: {end: true}", "  off: {end: true}\n  lost: {}", "statuses.lost: cannot be reached from 'running': no transition goes to it; if an order is to lead there, say ordered: true"),
        ("{end: true}", "{end: true, send: [state]}", "statuses.off.send: a status with 'end: true' is the last one of a mock"),
        (', at: "0 0 22 * * *"', "", f"statuses.running.go[2]: needs a trigger: {TRIGGERS}, or a rate such as chance: 2% per hour"),
        (', when: "temperature > 8"', ", chance: 3%", f"statuses.running.go[0]: needs a trigger: {TRIGGERS}, or a rate such as chance: 2% per hour"),
        (', at: "0', ', after: 5s, at: "0', f"statuses.running.go[2]: needs only one of {TRIGGERS}, got after and at"),
        ("chance: 97%", "chance: 97% per hour", "statuses.alarm.go[0]: beside 'after' a chance is a share, such as 97%, got 97% per hour"),
        ("chance: 97%", "chance: 98%", "statuses.alarm.go[0]: the chances of a transition and its alternatives add up to 101 %, allowed: at most 100 %"),
        ("after: 90s, chance: 97%", "chance: 2% per hour", f"statuses.alarm.go[1].chance: an alternative follows a transition with one of {TRIGGERS}"),
        ('when: "temperature > 8"', "on: {topic: 'a#'}", "statuses.running.go[0].on.topic: '#' stands alone, as the last level of a topic filter"),
        ('when: "temperature > 8"', "on: {topic: 'a/+b'}", "statuses.running.go[0].on.topic: '+' stands alone in its level of a topic filter"),
        ('when: "temperature > 8"', "on: {topic: '{temperature}'}", "statuses.running.go[0].on.topic: unknown name 'temperature', allowed: firmware, site, id, index"),
        ('when: "temperature > 8"', "on: {topic: a, where: {b: [1]}}", "statuses.running.go[0].on.where.b: needs a text, a number, true or false, got a list"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(old: str, new: str, problem: str) -> None:
    assert problem in problems(old, new)


def test_a_metric_with_several_parts_is_asked_for_one_of_them() -> None:
    (problem,) = problems("{temperature:.1f}", "{position:.1f}")

    parts = ", ".join(f"position.{part}" for part in ROUTE.parts())
    assert problem == f"messages.state.json.t: 'position' has several parts, allowed: {parts}"


def test_a_loop_of_formulas_is_named_once() -> None:
    text = """\
name: x
id: "{index}"
metrics:
  a: {formula: "b + 1"}
  b: {formula: "c * 2"}
  c: {formula: "a"}
"""

    assert [str(problem) for problem in check(text).problems] == [
        "metrics.a.formula: a loop of metrics: a -> b -> c -> a"
    ]


def test_all_problems_come_at_once_in_the_order_of_lines() -> None:
    text = GOOD.replace("10s", "10q").replace("temperature > 8", "temprature > 8")
    text = text.replace("to: off, chance", "to: of, chance").replace("start: 4", "start: x")

    told = check(text, datasets=DATASETS).problems

    assert [(problem.line, problem.place) for problem in told] == [
        (7, "metrics.temperature.walk.start"),
        (12, "messages.state.every"),
        (18, "statuses.running.go[0].when"),
        (24, "statuses.alarm.go[1].to"),
    ]


def test_what_one_mistake_spoils_is_not_told_again() -> None:
    assert problems("walk: {start", "wolk: {strat") == [
        "metrics.temperature.wolk: unknown word 'wolk', did you mean 'walk'?"
    ]
    assert problems("to: off, at", "to: of, at") == [
        "statuses.running.go[2].to: unknown status 'of', did you mean 'off'?"
    ]


def test_a_missing_word_stands_at_the_line_of_its_parent() -> None:
    (problem,) = check(GOOD.replace("{to: off, at", "{at"), datasets=DATASETS).problems

    assert (problem.line, problem.column) == (20, 9)


def test_datasets_are_not_looked_for_when_none_are_known() -> None:
    assert check(GOOD).definition is not None
    assert [str(problem) for problem in check(GOOD, datasets={}).problems] == [
        "metrics.position.route: missing dataset 'van.gpx', there is none",
        "metrics.weather.replay: missing dataset 'day.csv', there is none",
    ]


def test_parse_raises_every_problem() -> None:
    with pytest.raises(DefinitionError) as refused:
        parse(GOOD.replace("10s", "10q").replace("name: S", "nam: S"))

    assert [problem.place for problem in refused.value.problems] == [
        "nam",
        "name",
        "messages.state.every",
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ([], "needs a mapping, got a list"),
        ({"name": {1: 2}}, "name: a word must be text, got 1"),
        ({"name": float("nan")}, "name: a number must be finite, got nan"),
        (
            {"name": 2**63},
            "name: a whole number is from -2^63 to 2^63 - 1, got 9223372036854775808",
        ),
        ({"name": b"x"}, "name: a document cannot hold b'x'"),
        ({"name": [0] * 50_000}, "a document has at most 50,000 values"),
    ],
)
def test_plain_data_is_held_to_the_same_limits(data: Any, problem: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_document(data)

    assert str(refused.value) == problem


def test_plain_data_nested_without_end_is_refused() -> None:
    data: dict[str, Any] = {}
    inner = data
    for _ in range(5_000):
        inner["a"] = {}
        inner = inner["a"]

    with pytest.raises(DefinitionError, match="a document is at most 50 levels deep"):
        parse_document(data)


@pytest.mark.parametrize(
    ("count", "problem"),
    [
        (201, "metrics: has at most 200 entries, got 201"),
        (2_001, "messages.state.json: a payload has at most 2,000 values, got 2,002"),
    ],
)
def test_too_much_is_refused(count: int, problem: str) -> None:
    names = ", ".join(f"m{n}: {{constant: 1}}" for n in range(count))
    metrics = names if count == 201 else ""
    values = ", ".join(f"v{n}: 1" for n in range(count)) if count > 201 else ""
    text = f"""\
name: x
id: "{{index}}"
metrics: {{{metrics}}}
messages: {{state: {{every: 1s, json: {{{values}}}}}}}
"""

    assert [str(each) for each in check(text).problems] == [problem]


def test_bulks_count_with_all_their_samples() -> None:
    samples = "{count: 10000, step: 1ms, of: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]"

    assert problems('{count: 60, step: 1s, of: "{temperature}"', samples) == [
        "messages.burst.json: a message has at most 100,000 values with its bulks, got 110,002"
    ]


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("every: '{s} s', json: 1", "messages.m.every"),
        ("every: '{k} s', json: 1", "messages.m.every"),
    ],
)
def test_an_interval_that_is_text_is_refused(where: str, place: str) -> None:
    text = "name: x\nid: 'a-{index}'\nconstants: {k: fast}\n"
    text += f"variables: {{s: {{choice: [fast, slow]}}}}\nmessages: {{m: {{{where}}}}}\n"

    (problem,) = simulator.check(text).problems

    assert (problem.place, "holds text" in problem.text) == (place, True)
