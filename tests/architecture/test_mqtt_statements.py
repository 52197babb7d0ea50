"""The table of MQTT's statements names tests that are there, and leaves no statement out."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/mqtt.md"
TEXT = PAGE.read_text("utf-8")
FILES = dict(re.findall(r"^\[(\w+)\]: (\S+)$", TEXT, re.MULTILINE))
LINKS = sorted(set(re.findall(r"\[(test_\w+)\]\[(\w+)\]", TEXT)))

# How many statements each section has, by the appendices B of the two specifications. A number
# that a specification does not use stands below.
SECTIONS = {
    "3.1.1": {
        "1.5.3": 3, "2.2.2": 2, "2.3.1": 7, "3.1.0": 2, "3.1.2": 24, "3.1.3": 11, "3.1.4": 5,
        "3.2.0": 1, "3.2.2": 6, "3.3.1": 12, "3.3.2": 3, "3.3.4": 1, "3.3.5": 2, "3.6.1": 1,
        "3.8.1": 1, "3.8.3": 4, "3.8.4": 6, "3.9.3": 2, "3.10.1": 1, "3.10.3": 2, "3.10.4": 6,
        "3.12.4": 1, "3.14.1": 1, "3.14.4": 3, "4.1.0": 2, "4.2.0": 1, "4.3.1": 1, "4.3.2": 2,
        "4.3.3": 2, "4.4.0": 1, "4.5.0": 2, "4.6.0": 6, "4.7.1": 3, "4.7.2": 1, "4.7.3": 4,
        "4.8.0": 2, "6.0.0": 4,
    },
    "5": {
        "1.5.4": 3, "1.5.5": 1, "1.5.7": 1, "2.1.3": 1, "2.2.1": 6, "2.2.2": 1, "3.1.0": 2,
        "3.1.2": 30, "3.1.3": 12, "3.1.4": 6, "3.2.0": 2, "3.2.2": 22, "3.3.1": 13, "3.3.2": 20,
        "3.3.4": 10, "3.4.2": 3, "3.5.2": 3, "3.6.1": 1, "3.6.2": 3, "3.7.2": 3, "3.8.1": 1,
        "3.8.3": 5, "3.8.4": 8, "3.9.2": 2, "3.9.3": 2, "3.10.1": 1, "3.10.3": 2, "3.10.4": 6,
        "3.11.2": 2, "3.11.3": 2, "3.12.4": 1, "3.14.0": 1, "3.14.1": 1, "3.14.2": 4, "3.14.4": 3,
        "3.15.1": 1, "3.15.2": 3, "4.1.0": 2, "4.2": 1, "4.3.1": 1, "4.3.2": 5, "4.3.3": 13,
        "4.4.0": 2, "4.5.0": 2, "4.6.0": 6, "4.7.0": 1, "4.7.1": 2, "4.7.2": 1, "4.7.3": 4,
        "4.8.2": 6, "4.9.0": 3, "4.12.0": 7, "4.12.1": 2, "4.13.1": 1, "4.13.2": 1, "6.0.0": 4,
    },
}  # fmt: skip
UNUSED = {"3.1.1": set(), "5": {"2.2.1-1", "3.1.3-10"}}


@pytest.mark.parametrize(("name", "file"), LINKS)
def test_a_statement_is_held_by_a_test_that_is_there(name: str, file: str) -> None:
    source = (PAGE.parent / FILES[file]).read_text("utf-8")

    assert re.search(rf"^def {name}\(", source, re.MULTILINE)


@pytest.mark.parametrize("version", SECTIONS)
def test_every_statement_stands_in_the_page_once(version: str) -> None:
    part = TEXT.partition(f"### MQTT {version}\n")[2].partition("\n### ")[0].partition("\n[")[0]
    cells = re.findall(r"^\| (\d[\d., ;to-]*) \|", part, re.MULTILINE)
    (alone,) = re.findall(r"^Statements about servers alone[^:]*: (.+)\.$", part, re.MULTILINE)

    found = Counter(each for cell in [*cells, alone] for each in _numbers(cell))

    known = {
        f"{section}-{number}"
        for section, most in SECTIONS[version].items()
        for number in range(1, most + 1)
    }
    assert sorted(known - UNUSED[version] - found.keys()) == []
    assert sorted(found.keys() - known) == []
    assert [each for each, times in found.items() if times > 1] == []


def _numbers(cell: str) -> list[str]:
    """What ``3.1.2-1 to 3, 5; 4.2-1`` names."""
    found, section = [], ""
    for word in re.split(r"[;,] ", cell):
        before, dash, numbers = word.rpartition("-")
        section = before if dash else section
        first, _, last = numbers.partition(" to ")
        found += [f"{section}-{each}" for each in range(int(first), int(last or first) + 1)]
    return found
