# ruff: noqa: E501 - tables, one row a line
import json
from typing import Any

import pytest

from simulator.definition import check
from simulator.definition.text.parsing import read_text
from simulator.errors import DefinitionError


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: on\nyes: off\nno: y", {"a": "on", "yes": "off", "no": "y"}),
        ("a: 12:30:00\nb: 1_000", {"a": "12:30:00", "b": "1_000"}),
        ("a: 1e3\nb: .5\nc: -2.\nd: +7", {"a": 1000.0, "b": 0.5, "c": -2.0, "d": 7}),
        ("a: 010\nb: 0o10\nc: 0x1F", {"a": 10, "b": 8, "c": 31}),
        ("a: true\nb: False\nc: 'true'", {"a": True, "b": False, "c": "true"}),
        ("a: ~\nb: null\nc:\nd: ''", {"a": None, "b": None, "c": None, "d": ""}),
        ("a: 2024-05-01\nb: 2.4.1", {"a": "2024-05-01", "b": "2.4.1"}),
        ("a: !!str 5\nb: ! 6", {"a": "5", "b": "6"}),
        ("a: &x [1, 2]\nb: *x", {"a": [1, 2], "b": [1, 2]}),
        ("a: {<<: 3}", {"a": {"<<": 3}}),
        ("\ufeffa: 1", {"a": 1}),
        ("--- \na: 1\n...\n", {"a": 1}),
        ("{a: 1, b: [x, y]}", {"a": 1, "b": ["x", "y"]}),
        ('{\t"a": "\\/ \\ud83d\\ude00",\n\t"b": [1.5, null, true]}', {"a": "/ 😀", "b": [1.5, None, True]}),
    ],
)  # fmt: skip
def test_a_text_is_read_as_yaml_1_2_or_json(text: str, data: dict[str, Any]) -> None:
    assert read_text(text).data == data


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb:\n  - x\n  - c: 3\n    d: [4]\n",
        '{"a": 1,\n"b":\n [ "x",\n   {"c": 3,\n "d": [4]}]}',
    ],
)
def test_every_path_has_its_line(text: str) -> None:
    marks = read_text(text).marks

    lines = {path: line for path, (line, _) in marks.items() if path}
    assert lines[("a",)] == 1
    assert lines[("b",)] == 2
    assert lines[("b", 0)] == 3
    assert lines[("b", 1)] == lines[("b", 1, "c")] == 4
    assert lines[("b", 1, "d")] == lines[("b", 1, "d", 0)] == 5


def test_a_mark_is_where_the_word_begins() -> None:
    assert read_text("a:\n  bcd: [x, yz]").marks[("a", "bcd", 1)] == (2, 12)
    assert read_text('{"a": {"bcd": 1}}').marks[("a", "bcd")] == (1, 8)


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("", "the document is empty", None),
        ("- a", "needs a mapping of words, such as name: and id:", None),
        ("a: 1\na: 2", "a: 'a' stands here twice", 2),
        ('{"a": {"b": 1,\n "b": 2}}', "a.b: 'b' stands here twice", 2),
        ("a: 1\n---\nb: 2", "a file holds one document, this is a second one", 2),
        ("a:\n\t- b", "a tab cannot indent, use blanks", 2),
        ("a: @b", "a text that begins with '@' needs quotes", 1),
        ("a: b: c", "':' cannot stand here; a text with ': ' in it needs quotes, a word stands as far left as the one above", 1),
        ("a: [1,\n2\n", "needs ',' or ']' here: '[' of line 1, column 4 is still open", 3),
        ("a:\n  5: b", "a: a word must be text, write \"5\" in quotes", 2),
        ("? [a]\n: b", "a word before ':' must be plain text", 1),
        ("a: !!python/name:os.system 3", "a: a tag such as 'tag:yaml.org,2002:python/name:os.system' has no meaning here", 1),
        ("a: !x [3]", "a: a tag such as '!x' has no meaning here", 1),
        ("a: .inf", "a: a number must be finite, got inf", 1),
        ("a: " + "9" * 5_000, "a: a number must be finite, got inf", 1),
        ('{"a": ' + "9" * 5_000 + "}", "a: a number must be finite, got inf", 1),
        ('{"a": NaN}', "a: a number must be finite, got nan", 1),
        ("a: 9223372036854775808", "a: a whole number is from -2^63 to 2^63 - 1, got 9223372036854775808", 1),
        ("a: *x", "there is no anchor '&x' before it", 1),
        ("a: &x [*x]", "there is no anchor '&x' before it", 1),
        ("a: b\nc: \x00", "the character '\\x00' cannot stand in a document", 2),
        ("a: \ud800", "the character '\\ud800' cannot stand in a document", 1),
        ('{"a": 1,\n "b": ["\\ud800"]}', "b[0]: a text must be Unicode, got '\\ud800', half of a character", 2),
        ('{"a": {\n"\\udc00": 1}}', "a: a text must be Unicode, got '\\udc00', half of a character", 2),
        ("a: " + "x" * 262_144, "a document has at most 256 KiB", None),
        ("a: [" + "1," * 50_000 + "1]", "a document has at most 50,000 values", 1),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused(text: str, problem: str, line: int | None) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_text(text)

    assert [(str(each), each.line) for each in refused.value.problems] == [(problem, line)]


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 60, "- " * 100_000, '{"a":' * 5000 + "1" + "}" * 5000]
)
def test_nesting_without_end_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match="a document is at most 50 levels deep"):
        read_text(text)


def test_aliases_that_blow_up_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

    with pytest.raises(DefinitionError, match="a document has at most 50,000 values"):
        read_text("\n".join(lines))


def test_json_and_yaml_of_the_same_data_have_the_same_problems() -> None:
    data = {"name": "x", "id": "{idx}", "messages": {"m": {"every": "1q", "json": {}}}}

    as_json = check(json.dumps(data)).problems
    as_yaml = check("name: x\nid: '{idx}'\nmessages: {m: {every: 1q, json: {}}}").problems

    assert [str(each) for each in as_json] == [str(each) for each in as_yaml]
    assert [each.place for each in as_json] == ["id", "id", "messages.m.every"]
