from typing import Any

import numpy as np
import pytest

from simulator import Definition, parse, randomness
from simulator.definition import parse_template
from simulator.definition.checks.statuses import groups_of
from simulator.definition.messages.payload import Bulk, count_nodes, count_values, templates_of
from simulator.definition.metrics.generator import KINDS, Generator, register
from simulator.definition.quantities.durations import Steady
from simulator.definition.quantities.units import Chance


def build(**sections: Any) -> Definition:
    """Return a definition of sections that are written as YAML flow texts."""
    lines = ["name: x", 'id: "{index}"', *(f"{word}: {text}" for word, text in sections.items())]
    return parse("\n".join(lines))


def test_without_statuses_there_is_one_that_sends_everything() -> None:
    definition = build(messages="{b: {every: 1s, json: {}}, a: {every: 2s, json: {}}}")

    assert list(definition.statuses) == ["running"]
    assert definition.statuses["running"].send == {"b": None, "a": None}


def test_a_definition_that_sends_nothing_only_connects() -> None:
    assert build().statuses["running"].send == {}


def test_a_message_without_an_address_gets_its_own_topic() -> None:
    definition = build(
        messages="{a: {every: 1s, json: 1}, b: {every: 1s, path: /b, json: 1}}",
    )

    assert definition.messages["a"].topic == parse_template("{id}/a")
    assert definition.messages["b"].topic is None


def test_metrics_are_drawn_after_what_they_read() -> None:
    definition = build(
        metrics="{a: {formula: b + d}, b: {formula: c}, c: {constant: 1}, d: {constant: 2}}"
    )

    assert list(definition.metrics) == ["c", "b", "d", "a"]
    assert list(definition.source["metrics"]) == ["a", "b", "c", "d"]


def test_parameters_stand_beside_a_generator_that_is_not_a_mapping() -> None:
    metrics = build(metrics="{a: {pick: [x, y], order: in_order, unit: u}}").metrics

    assert metrics["a"].unit == "u"
    assert metrics["a"].generator.model_dump()["order"] == "in_order"
    assert metrics["a"].generator.word == "pick"


def test_a_payload_keeps_its_nesting_and_its_types() -> None:
    body = "{a: ['{index}', 1, 2.5, true, null], b: {bulk: {count: 3, step: 1s, of: {c: '{seq}'}}}}"
    payload = build(messages=f"{{m: {{every: 1s, json: {body}}}}}").messages["m"].json_

    assert payload == {
        "a": (parse_template("{index}"), 1, 2.5, True, None),
        "b": Bulk(count=3, step=1.0, of={"c": parse_template("{seq}")}),
    }
    assert [(place, str(text)) for place, text in templates_of(payload)] == [
        (("a", 0), "{index}"),
        (("b", "bulk", "of", "c"), "{seq}"),
    ]
    assert (count_nodes(payload), count_values(payload)) == (10, 14)


def test_alternatives_follow_the_transition_with_the_trigger() -> None:
    ways = "[{to: b, after: 1s}, {to: a, chance: 3%}, {to: b, chance: 1% per h}]"
    status = build(statuses=f"{{a: {{go: {ways}}}, b: {{}}}}").statuses["a"]

    assert groups_of(status) == [[0, 1], [2]]
    assert status.go[0].after == Steady(1.0)
    assert status.go[1].chance == Chance(0.03)


KEYS = randomness.keys(1, np.arange(20_000), "variables.site")


def test_a_choice_is_drawn_by_weight() -> None:
    drawn = build(variables="{v: {choice: {a: 3, b: 1, c: 0}}}").variables["v"].draw(KEYS)

    shares = {value: np.mean(drawn == value) for value in "abc"}
    assert shares == {
        "a": pytest.approx(0.75, abs=0.01),
        "b": pytest.approx(0.25, abs=0.01),
        "c": 0,
    }


def test_values_of_a_choice_keep_their_types() -> None:
    variables = build(variables="{m: {choice: [1, x, true]}, n: {choice: [1, 2]}}").variables

    assert set(map(type, variables["m"].draw(KEYS).tolist())) == {int, str, bool}
    assert variables["n"].draw(KEYS).dtype == np.int64


def test_numbers_are_drawn_from_their_range() -> None:
    variables = build(
        variables="{i: {integer: {min: -1, max: 2}}, u: {uniform: {min: 5, max: 7}}}"
    ).variables

    whole, real = variables["i"].draw(KEYS), variables["u"].draw(KEYS)
    assert set(whole.tolist()) == {-1, 0, 1, 2}
    assert 5 <= real.min() < 5.01
    assert 6.99 < real.max() < 7
    np.testing.assert_array_equal(whole[100:200], variables["i"].draw(KEYS[100:200]))


def test_a_word_belongs_to_one_generator() -> None:
    class Other(Generator):
        def column(self, cast: Any, metric: str) -> Any:
            raise AssertionError(cast, metric)

    with pytest.raises(ValueError, match="the word 'walk' is taken by Walk"):
        register("walk")(Other)
    assert KINDS["walk"] is not Other
