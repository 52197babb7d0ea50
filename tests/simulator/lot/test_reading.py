"""Options of a target as people write them."""

import pytest

from simulator.lot.reading import target_words

KNOWN = {"protocol": "mqtt", "host": "b", "port": 1883, "tls": {"ca": "PEM", "verify": False}}


def test_what_is_said_goes_over_what_is_known_word_by_word() -> None:
    words = target_words("keep_alive: 30\ntls: {server_name: inner, verify: true}\n", KNOWN)

    assert words.problems == ()
    assert words.value is not None
    assert words.value.model_dump()["keep_alive"] == 30
    assert words.value.tls is not None
    assert (words.value.tls.ca, words.value.tls.verify) == ("PEM", True)
    assert words.said == {"keep_alive": 30, "tls": {"server_name": "inner", "verify": True}}


@pytest.mark.parametrize("text", ["", "  \n", "# nothing\n{}"])
def test_nothing_said_is_the_target_as_it_is_known(text: str) -> None:
    words = target_words(text, KNOWN)

    assert words.value is not None
    assert (words.said, words.value.address) == ({}, "b:1883")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("\nkeep_alive: 1", 2, "keep_alive: must be at least 5, got 1"),
        ("keep_aliv: 30", 1, "keep_aliv: unknown word 'keep_aliv', did you mean 'keep_alive'?"),
        ("tls:\n  minimum_version: '1.1'", 2, "tls.minimum_version: must be '1.2' or '1.3'"),
        ("a: [", 2, "needs a value here"),
        ("method: POST", 1, "method: unknown word"),
    ],
)
def test_a_mistake_is_told_at_its_line(text: str, line: int, problem: str) -> None:
    words = target_words(text, KNOWN)

    assert words.value is None
    assert words.problems[0].line == line
    assert problem in str(words.problems[0])
