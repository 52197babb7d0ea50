"""The layout in ``docs/design.md``, section 2, against the tree."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def layout() -> dict[str, list[str]]:
    """Return what stands below each folder of the layout, as paths from the root."""
    text = (ROOT / "docs/design.md").read_text("utf-8")
    block = re.findall(r"## 2\. Layout\n\n```\n(.*?)```", text, re.DOTALL)[0]
    found: dict[str, list[str]] = {}
    folder = room = ""
    for line in block.splitlines():
        depth = len(line) - len(line.lstrip())
        names = re.split(r"\s{2,}", line.strip())[0].split()
        if line.startswith("tests/"):
            names = line.split()
            found["tests/"] = [f"tests/{name}" for name in names[1:]]
        if not depth:
            folder = names[0]
        elif depth == 2:
            found.setdefault(folder, []).extend(folder + name for name in names)
            room = folder + names[-1]
        else:
            found.setdefault(room, []).extend(room + name for name in names)
    return found


@pytest.mark.parametrize("path", [path for paths in layout().values() for path in paths])
def test_what_the_layout_tells_of_is_there(path: str) -> None:
    assert (ROOT / path).exists() or (ROOT / f"{path}.py").is_file()


@pytest.mark.parametrize("folder", ["simulator/", "web/", "tests/"])
def test_the_layout_tells_of_every_room(folder: str) -> None:
    rooms = {f"{folder}{door.parent.name}/" for door in (ROOT / folder).glob("*/__init__.py")}
    modules = {f"{folder}{file.name}" for file in (ROOT / folder).glob("[a-z]*.py")}

    assert rooms | (set() if folder == "tests/" else modules) <= set(layout()[folder])
