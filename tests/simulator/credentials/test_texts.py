"""Texts of a target for each mock."""

import re

import numpy as np
import pytest

from simulator.credentials import CredentialTable, Mocks, Text
from simulator.credentials.texts import Say
from simulator.errors import DefinitionError

FIXED = {
    "id": np.array(["m-0", "m-1", "m-2"], dtype=object),
    "index": np.arange(3),
    "firmware": "2.4.1",
    "site": np.array(["oslo", "rome", "oslo"], dtype=object),
}
TABLE = CredentialTable(
    "fleet.csv",
    {
        "username": ["u-a", "u-b"],
        "password": ["sesame", "mellon"],
        "site": ["north", "south"],
        "rack": ["7", "8"],
    },
)
MOCKS = Mocks(FIXED, 3, "hub.example", TABLE, np.array([1, 0, 1]))


def texts(text: str, may_say: Say = Say.PUBLIC) -> list[str]:
    made = Text("target.username", text, MOCKS, may_say=may_say)
    return [made.at(row, 1_800_000_000.9) for row in range(3)]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("plain", ["plain"] * 3),
        ("{{not}} one", ["{not} one"] * 3),
        ("{id}@{host}", ["m-0@hub.example", "m-1@hub.example", "m-2@hub.example"]),
        ("{index:03d}/{firmware}", ["000/2.4.1", "001/2.4.1", "002/2.4.1"]),
        ("{username}-{rack}", ["u-b-8", "u-a-7", "u-b-8"]),
        ("{site}", ["oslo", "rome", "oslo"]),
        ("{row.site}", ["south", "north", "south"]),
    ],
)
def test_a_text_says_what_is_fixed_for_a_mock_and_what_its_row_holds(
    text: str, made: list[str]
) -> None:
    assert texts(text) == made


def test_a_secret_text_may_say_secret_columns_and_the_time() -> None:
    assert texts("{password}", Say.SECRETS) == ["mellon", "sesame", "mellon"]
    assert texts("{id} {now}", Say.TIME)[1] == "m-1 1800000000"
    assert texts("{now:%Y%m%d%H}", Say.TIME) == ["2027011508"] * 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{password}", "target.username: the column {password} is secret or a file, it may not"),
        ("{row.password}", "target.username: the column {password} is secret or a file"),
        ("{now}", "target.username: unknown placeholder {now}"),
        ("{rak}", "target.username: unknown placeholder {rak}, did you mean 'rack'?"),
        ("{id", "target.username: '{' without '}' after it"),
    ],
)
def test_what_a_text_may_not_say_is_refused_at_its_place(text: str, told: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(told)):
        texts(text)


def test_the_time_is_for_secrets_that_are_made_for_each_connection() -> None:
    with pytest.raises(DefinitionError, match=r"unknown placeholder \{now\}"):
        texts("{password}-{now}", Say.SECRETS)


@pytest.mark.parametrize("key", ["sesame}", "{sesame}"])
def test_no_error_of_a_key_shows_a_part_of_it(key: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        Text("target.password.key", key, MOCKS, may_say=Say.TIME, is_key=True)

    assert str(caught.value).startswith("target.password.key: ")
    assert "sesame" not in str(caught.value)


def test_a_text_without_placeholders_is_held_once() -> None:
    made = Text("target.username", "x" * 100, MOCKS)

    assert made.is_common
    assert made.at(0) is made.at(2)
