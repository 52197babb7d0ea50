# ruff: noqa: E501 - tables, one row a line
"""A text that is no YAML is refused in our words, at the line that people must look at."""

import pytest

from simulator import check


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        (
            'name: x\nid: "a-{index}\nmetrics: {}\n',
            2,
            5,
            'the text that begins with " here is never closed',
        ),
        ("name: 'x\nid: a\n", 1, 7, "the text that begins with ' here is never closed"),
        (
            "name: [a, b\nid: x\n",
            2,
            3,
            "needs ',' or ']' here: '[' of line 1, column 7 is still open",
        ),
        (
            "a:\n  t: {walk: {start: 1, step: 2}\nb: {}\n",
            3,
            1,
            "needs ',' or '}' here: '{' of line 2, column 6 is still open",
        ),
        (
            "a: {b: {start: 1 step: 2}}\n",
            1,
            22,
            "needs ',' or '}' here: '{' of line 1, column 8 is still open",
        ),
        (
            "name: x\n  id: y\n",
            2,
            5,
            "':' cannot stand here; a text with ': ' in it needs quotes, a word stands as far left as the one above",
        ),
        ("name:\n\t- a\n", 2, 1, "a tab cannot indent, use blanks"),
        ("name: x\n\tid: y\n", 2, 1, "a tab cannot indent, use blanks"),
        (
            "name: x\nfoo\nid: y\n",
            2,
            1,
            "needs ':' and a blank after the word, or is a text that needs quotes",
        ),
        ("- a\nname: b\n", 2, 1, "needs '- ' here, as the entries of the list above begin"),
        ("name: @x\n", 1, 7, "a text that begins with '@' needs quotes"),
        (
            "%x: 1\n",
            1,
            3,
            "a line that begins with '%' is none of a definition; a text needs quotes",
        ),
        (
            'a: "\\q"\n',
            1,
            5,
            "unknown character after '\\'; write '\\\\', or put the text in single quotes",
        ),
        ('a: "\\x4"\n', 1, 7, "after '\\x' come 2 hexadecimal digits, after '\\u' 4, '\\U' 8"),
        ("a: ]\n", 1, 4, "needs a value here, got ']'; a text needs quotes"),
        ("a: [", 2, 1, "needs a value here, and the text ends"),
        ("a: |x\n  b\n", 1, 5, "after '|' or '>' the line ends, the text begins on the next"),
        (
            "a: &\n",
            1,
            5,
            "after '&' or '*' comes a name of letters, digits, '-' and '_'; a text needs quotes",
        ),
        ("a: !<\n", 1, 6, "a tag has no meaning here; a text that begins with '!' needs quotes"),
        ("a: - b\n", 1, 4, "a list in lines begins on the next line; in one line it is [a, b]"),
        ("id: {index}-x\n", 1, 12, "cannot stand after '}'; a text with brackets needs quotes"),
        (
            'topic: "a/{b"}"\n',
            1,
            14,
            "cannot stand after a text in quotes; put quotes around the whole, '\\\"' inside",
        ),
        (": x\n", 1, 1, "needs a word and ':' here, as far left as the ones above"),
        ("a: 1\n...\nb: 2\n", 3, 1, "a file holds one document, and it has ended above"),
        ("%YAML 3.0\n---\na: 1\n", 1, 1, "the document says another YAML than 1.1 and 1.2"),
    ],
)
def test_a_text_that_is_no_yaml_is_refused_in_our_words(
    text: str, line: int, column: int, problem: str
) -> None:
    (found,) = check(text).problems

    assert (found.text, found.line, found.column) == (problem, line, column)
