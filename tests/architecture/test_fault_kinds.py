"""Every kind of fault has a test that shows its effect at the peer, and the page says which."""

import re
from pathlib import Path

import pytest

from simulator.lot.faults import KINDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/faults.md"
TEXT = PAGE.read_text("utf-8")
FILES = dict(re.findall(r"^\[(\w+)\]: (\S+)$", TEXT, re.MULTILINE))
TABLE = TEXT.partition("\n## At the peer\n")[2].partition("\n## ")[0]
ROWS = dict(re.findall(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", TABLE, re.MULTILINE))
LINKS = sorted(set(re.findall(r"\[(\w+)\]\[(\w+)\]", TABLE)))


def test_the_table_has_each_kind_once() -> None:
    assert sorted(ROWS) == sorted(KINDS)
    assert len(re.findall(r"^\| `", TABLE, re.MULTILINE)) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_an_effect_at_the_peer_of_its_own(kind: str) -> None:
    assert f"[{kind}][peers]" in ROWS[kind]


@pytest.mark.parametrize(("name", "file"), LINKS)
def test_what_holds_it_is_there(name: str, file: str) -> None:
    source = (PAGE.parent / FILES[file]).read_text("utf-8")
    what = rf"^@shows\ndef {name}\(" if file == "peers" else rf"^def {name}\("

    assert re.search(what, source, re.MULTILINE)


def test_every_kind_is_tried_at_the_peer() -> None:
    source = (PAGE.parent / FILES["peers"]).read_text("utf-8")

    assert '@pytest.mark.parametrize("kind", KINDS)\n' in source
    assert "    EFFECTS[kind](seen)\n" in source
