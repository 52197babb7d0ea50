from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.definition import parse_expression
from simulator.definition.expressions.expression import MAX_LENGTH
from simulator.errors import DefinitionError

COLUMNS: dict[str, Any] = {
    "a": np.array([1.0, 2.0, 0.0]),
    "i": np.array([5, 6, 7]),
    "door": np.array(["open", "closed", None], dtype=object),
    "live": np.array([True, False, True]),
    "position.lat": np.array([1.0, -2.0, np.nan]),
    "firmware": "2.4",
    "limit": 6,
}
NAN = float("nan")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a + 1", [2.0, 3.0, 1.0]),
        ("-a * 2", [-2.0, -4.0, 0.0]),
        ("1 / a", [1.0, 0.5, NAN]),
        ("a ** 2", [1.0, 4.0, 0.0]),
        ("i + 1", [6, 7, 8]),
        ("i // 2", [2, 3, 3]),
        ("i % 5", [0, 1, 2]),
        ("i // i", [1.0, 1.0, 1.0]),
        ("i % 0", [NAN, NAN, NAN]),
        ("log(a - 1)", [NAN, 0.0, NAN]),
        ("exp(a * 1000)", [NAN, NAN, 1.0]),
        ("position.lat * 2", [2.0, -4.0, NAN]),
        ("door + 1", [NAN, NAN, NAN]),
        ("live + 1", [2, 1, 2]),
        ("door == 'open'", [True, False, False]),
        ("door != \"open\"", [False, True, True]),
        ("door > 'd'", [True, False, False]),
        ("door > 3", [False, False, False]),
        ("door in ['open', 'ajar']", [True, False, False]),
        ("i not in [5, 6]", [False, False, True]),
        ("firmware == '2.4'", [True, True, True]),
        ("position.lat > 0", [True, False, False]),
        ("not position.lat", [False, False, True]),
        ("5 < i <= limit", [False, True, False]),
        ("a > 1 or live and i == 7", [False, True, True]),
        ("not a", [False, False, True]),
        ("live == true", [True, False, True]),
        ("a if door == 'open' else 9", [1.0, 9.0, 9.0]),
        ("'on' if live else 'off'", ["on", "off", "on"]),
        ("min(a, i, 1.5)", [1.0, 1.5, 0.0]),
        ("max(a, 1)", [1.0, 2.0, 1.0]),
        ("clamp(a, 0.5, 1.5)", [1.0, 1.5, 0.5]),
        ("round(a / 3, 2)", [0.33, 0.67, 0.0]),
        ("round(a / 3)", [0.0, 1.0, 0.0]),
        ("int(a / 0.3)", [3, 6, 0]),
        ("int(a / 0)", [0, 0, 0]),
        ("sqrt(a - 1)", [0.0, 1.0, NAN]),
        ("abs(position.lat)", [1.0, 2.0, NAN]),
        ("sin(pi / 2) + a * 0", [1.0, 1.0, 1.0]),
        ("hypot(3, 4)", [5.0, 5.0, 5.0]),
        ("1 + 2", [3, 3, 3]),
        ("'a'", ["a", "a", "a"]),
    ],
)  # fmt: skip
def test_an_expression_is_computed_over_columns(text: str, values: list[Any]) -> None:
    result = parse_expression(text).evaluate(COLUMNS)

    assert len(result) == 3
    assert type(result.tolist()[0]) is type(values[0])
    np.testing.assert_array_equal(result, np.array(values, dtype=result.dtype))


def test_an_expression_knows_what_it_reads() -> None:
    expression = parse_expression("a.b.c + max(d, 'e') * pi")

    assert expression.names == {"a.b.c", "d"}
    assert expression.name is None
    assert parse_expression(" position.lat ").name == "position.lat"


def test_a_row_is_computed_the_same_alone_and_among_others() -> None:
    expression = parse_expression("i // a if live else i % 3")

    together = expression.evaluate(COLUMNS)
    alone = [
        expression.evaluate({name: COLUMNS[name][row : row + 1] for name in ("a", "i", "live")})
        for row in range(3)
    ]

    np.testing.assert_array_equal(together, np.concatenate(alone))
    assert {each.dtype for each in alone} == {together.dtype}


def at(character: int, reason: str) -> str:
    return f"{reason} (at character {character} of the expression)"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "needs an expression, got an empty text"),
        ("a +", at(3, "not an expression")),
        ("a = 3", at(3, "'=' does not compare, use '=='")),
        ("(a", at(1, "'(' was never closed")),
        ("a) + (b", at(2, "unmatched ')'")),
        ("1or 2", at(1, "not a number: '1or'")),
        ("0x1f", at(1, "not a number: '0x1f'")),
        ("a + 1j", at(5, "not a number: '1j'")),
        ("a\n+ 1", at(2, "unexpected '\\n'")),
        ("a # b", at(3, "unexpected '#'")),
        ("'\\x41'", at(2, "unexpected '\\\\'")),
        ("é + foo(1)", at(5, "unknown function 'foo', did you mean 'floor'?")),
        ("  a[0]", at(3, "an expression cannot have an index in [ ]")),
        ("a & b", at(1, "an expression cannot have '&', use 'and'")),
        ("a is b", at(1, "an expression cannot have 'is', use '=='")),
        ("[a for a in b]", at(1, "an expression cannot have 'listcomp'")),
        ("lambda: 3", at(1, "an expression cannot have a function of its own")),
        ("f'{a}'", at(1, "an expression cannot have an f-text")),
        ("(a := 3)", at(2, "an expression cannot have 'namedexpr'")),
        ("a.b()", at(1, "only functions can be called")),
        ("max(a)", at(1, "max takes 2 to 20 values, got 1")),
        ("abs(a, a)", at(1, "abs takes 1 value, got 2")),
        ("abs(x=a)", at(1, "the values of abs are given by their order, without names")),
        ("abs(*a)", at(5, "an expression cannot have 'starred'")),
        ("a in b", at(6, "after 'in' comes a list, such as ['open', 'ajar']")),
        ("a + 'x'", at(5, "cannot calculate with the text 'x'")),
        ("None", at(1, "an expression cannot have None")),
        ("1e400", at(1, "number too large: inf")),
        ("a" * (MAX_LENGTH + 1), "an expression has at most 1000 characters, got 1001"),
        ("a or " * 199 + "a", "an expression has at most 200 names, numbers and operators"),
        ("-" * 101 + "a", "an expression is at most 100 levels deep"),
    ],
)  # fmt: skip
def test_what_the_language_has_not_is_refused(text: str, reason: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_expression(text)

    assert str(refused.value) == reason


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(DefinitionError):
        parse_expression("(" * 400 + "1" + ")" * 400)


@given(st.text(alphabet="ai.()[]'\"+-*/%<>=!&|, 019e:{}_#\\né¹", max_size=40))
@settings(deadline=None)
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        expression = parse_expression(text)
    except DefinitionError:
        return
    expression.evaluate(dict.fromkeys(expression.names, np.array([1.0, NAN])))
