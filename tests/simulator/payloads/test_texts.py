"""Text, tables and forms, read by the standard library and compared cell by cell."""

import csv
import io
import json
import math
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simulator.definition.messages.message import Message
from simulator.generators.base import LEFT_OUT
from tests.simulator.payloads.making import payload, payloads


def test_text_has_its_placeholders_filled_in() -> None:
    made = payloads({"text": "{id};{t:.1f};{{raw}}"}, id=["a", "b"], t=[1.25, math.nan])

    assert made == [b"a;1.2;{raw}", b"b;null;{raw}"]


def test_a_number_format_that_gets_text_gives_the_text() -> None:
    assert payload({"text": "{t:.1f}"}, t="warm") == b"warm"


def test_what_is_left_out_is_nothing_in_text_and_in_a_cell() -> None:
    assert payload({"text": "t={t}!"}, t=LEFT_OUT) == b"t=!"
    assert payload({"csv": ["{t}", "{u}"]}, t=LEFT_OUT, u=None) == b","


def test_a_line_has_its_cells_in_order() -> None:
    made = payloads(
        {"csv": ["{id}", "{t:.1f}", 5, True, None, "a,b"]}, id=["x", 'say "hi"'], t=[1.25, 2.0]
    )

    assert made == [b'x,1.2,5,true,,"a,b"', b'"say ""hi""",2.0,5,true,,"a,b"']


def test_numbers_may_have_a_decimal_comma_and_names_a_line() -> None:
    columns = {"time": "{now:epoch}", "t;x": "{t}", "text": "{text}"}
    table = {"columns": columns, "separator": ";", "decimal": ",", "line_end": "\r\n"}

    made = payloads({"csv": table}, now=[1.5, 2.5], t=[1.5, math.nan], text=["v1.5", "a;b"])

    assert made == [b'time;"t;x";text\r\n1;1,5;v1.5', b'time;"t;x";text\r\n2;;"a;b"']


def test_a_table_may_have_a_line_for_each_sample() -> None:
    table = {"columns": {"t": "{t}"}, "bulk": {"count": 3, "step": "1s"}}

    made = payloads({"csv": table}, samples=[{"t": [1, 10]}, {"t": [2, 20]}, {"t": [3, 30]}])

    assert made == [b"t\n1\n2\n3", b"t\n10\n20\n30"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from([",", ";", "\t", "|"]))
def test_no_text_breaks_out_of_its_cell(texts: list[str], separator: str) -> None:
    table = {"columns": ["{x}", "<{x}>"], "separator": separator}

    made = payloads({"csv": table}, x=texts)

    for text, line in zip(texts, made, strict=True):
        read = list(csv.reader(io.StringIO(line.decode(), newline=""), delimiter=separator))
        assert read == [[text, f"<{text}>"]]


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS.filter(bool))
def test_no_text_breaks_out_of_its_field(texts: list[str], key: str) -> None:
    key = key.replace("{", "").replace("}", "") or "k"

    made = payloads({"form": {key: "{x}", "and": "b&=+ ~é"}}, x=texts)

    for text, line in zip(texts, made, strict=True):
        read = parse_qsl(line.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        assert read == [(key, text), ("and", "b&=+ ~é")]


def test_a_form_has_its_numbers_as_they_are_and_nothing_for_no_value() -> None:
    made = payloads({"form": {"t": "{t:.1f}", "n": "{n}"}}, t=[1.25, math.nan], n=[5, -6])

    assert made == [b"t=1.2&n=5", b"t=&n=-6"]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"csv": []}, "at least 1|too_short"),
        ({"csv": {"columns": ["{x}"], "seperator": ";"}}, "did you mean 'separator'"),
        ({"csv": {"columns": ["{x}"], "separator": "ab"}}, "string_pattern_mismatch|must be"),
        ({"csv": {"columns": ["{x}"], "decimal": ","}}, "separator, quote and decimal must differ"),
        ({"csv": {"columns": ["{x}"], "header": True}}, "a header needs names"),
        ({"csv": [["{x}"]]}, "needs a text, a number, true, false or null, got a list"),
        ({"form": {"a": {"b": 1}}}, "needs a text, a number, true, false or null, got a mapping"),
        ({"text": None}, "text needs a payload, got nothing"),
        ({}, "needs a payload, one of: json, text, csv"),
        ({"text": "a", "json": 1}, "needs one payload, got json and text"),
    ],
)
def test_what_cannot_be_is_refused(message: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        Message.model_validate(message)


def test_what_is_left_out_takes_its_key_with_it_wherever_it_stands() -> None:
    x = [1.5, LEFT_OUT, None]
    trees: list[Any] = [
        {"x": "{x}"}, {"a": 1, "x": "{x}"}, {"x": "{x}", "a": 1}, {"x": "{x}", "y": "{x}"},
        {"y": "{x}", "a": 1, "x": "{x}", "b": 2}, {"in": {"x": "{x}"}}, ["{x}"], {"x": "v {x}"},
    ]  # fmt: skip

    made = [
        [json.loads(each) for each in payloads({"json": t}, left_out=["x"], x=x)] for t in trees
    ]

    assert [row[0] for row in made] == [
        {"x": 1.5}, {"a": 1, "x": 1.5}, {"x": 1.5, "a": 1}, {"x": 1.5, "y": 1.5},
        {"y": 1.5, "a": 1, "x": 1.5, "b": 2}, {"in": {"x": 1.5}}, [1.5], {"x": "v 1.5"},
    ]  # fmt: skip
    assert [row[1] for row in made] == [
        {}, {"a": 1}, {"a": 1}, {}, {"a": 1, "b": 2}, {"in": {}}, [None], {"x": "v "},
    ]  # fmt: skip
    assert made[0][2] == {"x": None}


def test_a_key_may_have_placeholders() -> None:
    tree = {"{name}": {"in {name}": 1}, "open {": 4}

    made = payloads({"json": tree}, name=["a", 'b"'])

    assert [json.loads(each) for each in made] == [
        {"a": {"in a": 1}, "open {": 4},
        {'b"': {'in b"': 1}, "open {": 4},
    ]


def test_a_bulk_of_several_metrics_may_be_columns() -> None:
    bulk = {"count": 2, "step": "1s", "shape": "columns", "of": {"t": "{t}", "in": {"h": "{h}"}}}
    samples = [{"t": [1], "h": [5]}, {"t": [2], "h": [6]}]

    made = payloads({"json": {"bulk": bulk}}, samples=samples)

    assert json.loads(made[0]) == {"t": [1, 2], "in": [{"h": 5}, {"h": 6}]}
