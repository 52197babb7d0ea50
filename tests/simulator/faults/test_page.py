"""The page on faults names every kind and every word."""

import re
from pathlib import Path

import pytest

from simulator.lot.aim import Aim
from simulator.lot.fault import Fault
from simulator.lot.faults import KINDS

PAGE = (
    Path(__file__)
    .parents[3]
    .joinpath("docs/reference/faults.md")
    .read_text("utf-8")
    .partition("\n## At the peer\n")[0]
)
COMMON = {*Fault.model_fields, "share"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_line_with_all_words_of_its_own(kind: str) -> None:
    (line,) = re.findall(rf"^\| `{kind}` \|.*$", PAGE, re.MULTILINE)

    own = set(KINDS[kind].model_fields) - COMMON
    assert [word for word in sorted(own) if f"`{word}`" not in line] == []


def test_every_word_that_all_have_is_explained() -> None:
    words = [field.alias or name for name, field in Fault.model_fields.items()]
    words += list(Aim.model_fields)

    assert [word for word in words if f"| `{word}` |" not in PAGE] == []
