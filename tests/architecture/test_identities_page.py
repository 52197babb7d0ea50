"""The page on identities says what there is: columns, kinds of secrets, profiles and limits."""

import re
from pathlib import Path

import pytest
import yaml

from simulator import PROFILES, Credentials
from simulator.credentials import KNOWN
from simulator.credentials.archive import MAX_ENTRIES, MAX_RATIO
from simulator.credentials.checking import MAX_PROBLEMS
from simulator.credentials.table import MAX_COLUMNS, MAX_ROWS
from simulator.lot.credentials import Filled, Hmac, Jwt, Sas

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "identities.md").read_text("utf-8")
EXAMPLES = re.findall(r"^  (password|token): +(\{kind.*\})$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("name", "document"), EXAMPLES)
def test_every_example_of_a_secret_is_one(name: str, document: str) -> None:
    made = Credentials.model_validate({name: yaml.safe_load(document)})

    assert not isinstance(getattr(made, name), str)


def test_every_kind_of_secret_has_an_example_and_all_its_words() -> None:
    kinds = {yaml.safe_load(document)["kind"] for _, document in EXAMPLES}

    assert kinds == {"text", "hmac", "jwt", "sas"}
    for model in (Filled, Hmac, Jwt, Sas):
        assert all(f"`{word}`" in PAGE for word in model.model_fields if word != "kind")


def test_every_column_and_profile_is_named() -> None:
    assert all(f"`{column}`" in PAGE for column in KNOWN)
    assert all(f"`{name}`" in PAGE for name in PROFILES)


def test_limits_are_those_of_the_code() -> None:
    assert f"{MAX_ROWS:,} rows, {MAX_COLUMNS} columns" in PAGE
    assert f"{MAX_ENTRIES:,} files" in PAGE
    assert f"a {MAX_RATIO}th" in PAGE
    assert f"at most {MAX_PROBLEMS} problems" in PAGE
