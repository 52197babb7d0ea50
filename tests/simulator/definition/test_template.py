from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.definition import Placeholder, parse_template
from simulator.errors import DefinitionError


def shape(text: str) -> list[str | tuple[str, str, str]]:
    """Return the parts of a template; a placeholder as expression, format and kind."""
    return [
        (part.expression.text, part.spec, part.kind) if isinstance(part, Placeholder) else part
        for part in parse_template(text).parts
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("plain", ["plain"]),
        ("plants/{site}/t", ["plants/", ("site", "", "none"), "/t"]),
        ("{a}{b}", [("a", "", "none"), ("b", "", "none")]),
        ("{temperature:.1f}", [("temperature", ".1f", "number")]),
        ("{index:06d}", [("index", "06d", "number")]),
        ("{share:.0%}", [("share", ".0%", "number")]),
        ("{a:,.2f}", [("a", ",.2f", "number")]),
        ("{a:>8.2f}", [("a", ">8.2f", "number")]),
        ("{now:iso}", [("now", "iso", "time")]),
        ("{now:%H:%M:%S}", [("now", "%H:%M:%S", "time")]),
        ("{now:%%}", [("now", "%%", "time")]),
        ("{{x}}", ["{x}"]),
        ("{{{a}}}", ["{", ("a", "", "none"), "}"]),
        ("{door == '}:'}", [("door == '}:'", "", "none")]),
        ("{position.lat:.6f}", [("position.lat", ".6f", "number")]),
    ],
)
def test_a_template_is_cut_into_parts(text: str, parts: list[object]) -> None:
    assert shape(text) == parts


def test_a_placeholder_that_is_the_whole_text_is_single() -> None:
    assert parse_template("{a:.1f}").single == parse_template("{a:.1f}").parts[0]
    assert parse_template(" {a}").single is None
    assert parse_template("{a}{b}").single is None
    assert parse_template("a").single is None


def test_a_template_knows_what_it_reads() -> None:
    assert parse_template("{a + b.c} {d:.1f} e").names == {"a", "b.c", "d"}


NUMBERS = "allowed: numbers such as .1f, 06d, x; moments iso, epoch, ms, us or such as %Y-%m-%d"
WIDE = "is too wide, allowed: a width up to 200 and a precision up to 20"
DIRECTIVES = "%a %A %b %B %d %f %H %I %j %m %M %p %S %U %w %W %y %Y %z %Z %%"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a{b", "'{' without '}' after it; write '{{' for the bracket itself (at character 2)"),
        ("a}b", "'}' without '{' before it; write '}}' for the bracket itself (at character 2)"),
        ("{}", "needs an expression, got an empty text"),
        ("{a:}", "there is no format after ':' (at character 1)"),
        ("{a:q}", f"unknown format 'q', {NUMBERS}"),
        ("{a:,x}", f"unknown format ',x', {NUMBERS}"),
        ("{a:.2d}", f"unknown format '.2d', {NUMBERS}"),
        ("{a:isoo}", f"unknown format 'isoo', {NUMBERS}"),
        ("{a:%Q}", f"unknown '%Q' in the format '%Q', allowed: {DIRECTIVES}"),
        ("{a:%Y%}", f"unknown '%' in the format '%Y%', allowed: {DIRECTIVES}"),
        ("{a:999f}", f"format '999f' {WIDE}"),
        ("{a:.21f}", f"format '.21f' {WIDE}"),
        ("{a b}", "not an expression (at character 3 of the expression)"),
        ("{a}" * 201, "a text has at most 200 placeholders"),
        ("a" * 10_001, "a text has at most 10,000 characters, got 10,001"),
    ],
)  # fmt: skip
def test_what_is_no_template_is_refused(text: str, reason: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_template(text)

    assert str(refused.value) == reason


@given(st.text(alphabet="{}:'\"a.1f%Ydxq <0,é", max_size=30))
@settings(deadline=None)
def test_any_text_is_a_template_or_refused(text: str) -> None:
    with suppress(DefinitionError):
        assert parse_template(text).text == text
