"""The page of rows and the room of their tests say the same: each row a test, each test a row."""

import re
from pathlib import Path

from workshop import checks

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/rows.md"
ROOM = ROOT / "tests/rows"
TEXT = PAGE.read_text("utf-8")
FILES = dict(re.findall(r"^\[([\w-]+)\]: (\S+)$", TEXT, re.MULTILINE))
LINK = re.compile(r"\[(test_\w+)\]\[([\w-]+)\]")
HEADS = {"row", "good", "---"}


def rows() -> list[list[str]]:
    """Return the cells of every row of the page's tables, without their heads."""
    lines = [line.strip("| ").split(" | ") for line in TEXT.splitlines() if line.startswith("|")]
    return [cells for cells in lines if cells[0].strip() not in HEADS]


def those_of_the_room() -> set[tuple[str, str]]:
    """Return (name, file) of every test of the room."""
    found = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)
    return {
        (name, path.name)
        for path in ROOM.glob("test_*.py")
        for name in found.findall(path.read_text("utf-8"))
    }


def test_every_row_names_what_holds_it() -> None:
    without = [cells for cells in rows() if not LINK.search(cells[-1])]

    assert len(rows()) >= 30
    assert without == []


def test_the_tests_that_rows_name_are_those_of_the_room() -> None:
    named = {(name, Path(FILES[file]).name) for name, file in LINK.findall(TEXT)}

    assert named == those_of_the_room()


def test_the_files_that_the_page_names_are_there() -> None:
    missing = [name for name in FILES.values() if not (PAGE.parent / name).is_file()]

    assert missing == []


def test_the_room_is_run_with_both_databases() -> None:
    together = [group.command for group in checks.groups("") if "tests/web" in group.command]

    assert len(together) == 2
    assert all("tests/rows" in command for command in together)
