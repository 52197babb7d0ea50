"""The rows of docs/operations.md name tests and steps of the rehearsal: each of them is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/operations.md"
SECTION = PAGE.read_text("utf-8").partition("\n## Row by row\n")[2].partition("\n## ")[0]
ROWS = [
    line.strip("| ").split(" | ")
    for line in SECTION.splitlines()
    if line.startswith("|") and not line.startswith(("| row ", "| --- "))
]
TESTS = sorted(set(re.findall(r"\[(test_\w+)\]\((\.\./tests/[\w/]+\.py)\)", SECTION)))
STEPS = sorted(set(re.findall(r"rehearsal: “([^”]+)”", SECTION)))
REHEARSAL = "".join(
    path.read_text("utf-8") for path in sorted((ROOT / "bin/workshop/rehearsal").glob("*.py"))
)
ROOM = ROOT / "tests/rows/production"


def test_every_row_names_a_test_or_a_step_of_the_rehearsal():
    assert len(ROWS) >= 45
    assert [row for row, held in ROWS if "[test_" not in held and "rehearsal: “" not in held] == []


@pytest.mark.parametrize(("name", "path"), TESTS)
def test_a_test_that_a_row_names_is_there(name, path):
    text = (PAGE.parent / path).read_text("utf-8")

    assert re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_the_rehearsal_that_a_row_names_is_one(step):
    assert f'"{step}"' in REHEARSAL


def test_every_test_of_the_room_is_named_by_a_row():
    room = {
        name
        for path in ROOM.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
    }

    assert room <= {name for name, _ in TESTS}
