"""Who may import whom: the rules of docs/design.md, section 2, read from the source itself."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

# What each room of the simulator may import of the others. What is not listed, may not.
FOUNDATION = {"errors", "randomness", "wheel", "lot", "speech"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "exact": set(),
    "angles": {"exact"},
    "powers": {"exact"},
    "randomness": {"exact"},
    "wheel": set(),
    "speech": set(),
    "reach": set(),
    "impairment": set(),
    "lot": {"errors", "speech", "definition"},  # its quantities: durations, chances, rates
    "geodesy": {"angles", "exact"},
    "schemas": {"errors"},
    "datasets": {"errors", "schemas"},
    "definition": {"errors", "speech", "angles", "exact", "powers", "randomness", "schemas"}
    | {"datasets", "generators"},
    "generators": {"errors", "angles", "exact", "geodesy", "randomness", "datasets", "definition"},
    "payloads": {"errors", "randomness", "schemas", "datasets", "definition", "generators"},
    "sparkplug": {"definition", "generators"},
    "behaviour": {"errors", "randomness", "wheel", "datasets", "definition", "generators"},
    "fleet": FOUNDATION
    | {"datasets", "definition", "generators", "payloads", "behaviour", "sparkplug"},
    "course": FOUNDATION | {"definition", "generators", "fleet"},
    "outlook": FOUNDATION | {"datasets", "definition", "behaviour", "course"},
    "forecast": FOUNDATION | {"datasets", "definition", "fleet"},
    "library": set(),
    "inference": FOUNDATION | {"datasets", "definition", "course"},
    "preview": FOUNDATION | {"datasets", "definition", "fleet", "course", "outlook"},
    "roll": FOUNDATION
    | {"credentials", "datasets", "definition", "generators", "payloads", "fleet"},
    "credentials": FOUNDATION | {"datasets", "definition", "payloads"},
    "protocols": {"errors", "lot", "speech"},
    "transports": {"errors", "impairment", "lot", "reach", "speech", "protocols"},
    "recording": {"errors", "lot", "randomness"},  # lot: what of payloads is kept
    "verdict": {"lot", "recording"},
    "orders": FOUNDATION | {"definition", "faults"},
    "faults": FOUNDATION | {"impairment", "definition", "generators", "fleet"},
    "tower": FOUNDATION
    | {"impairment", "reach"}
    | {"behaviour", "credentials", "datasets", "definition", "faults", "fleet", "orders"}
    | {"payloads", "recording", "transports"},
    "exporting": {"errors", "recording", "tower"},
}
# The doors: they may import every room, and no room imports them.
DOORS = {"__init__", "__main__", "commands"}

# Modules of the standard library and packages that only some rooms may import.
ONLY_IN: dict[str, set[str]] = {
    "asyncio": {"transports", "tower", "commands"},
    "socket": {"transports"},
    "ssl": {"transports"},
    "threading": {"recording", "exporting"},
    "uvloop": {"tower"},
    "pyarrow": {"recording"},
    "zstandard": {"recording", "fleet"},
    "django": set(),
    "web": set(),
    "random": {"transports"},  # jitter between attempts; what mocks draw is keyed
}


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@cache
def imported(path: Path) -> list[tuple[str, int]]:
    """The dotted name of everything that a file imports, with its line; read once."""
    return list(imports(ast.parse(path.read_text("utf-8")), path))


def imports(tree: ast.Module, path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            for name in node.names:
                yield f"{node.module}.{name.name}", node.lineno


def room_of(path: Path) -> str:
    """The room of a file of the simulator: its package, or its own name at the top."""
    return path.relative_to(ROOT / "simulator").parts[0].removesuffix(".py")


def offences(rule) -> list[str]:
    found = []
    for path in sources("simulator"):
        room = room_of(path)
        for name, line in imported(path):
            if not rule(room, name):
                found.append(f"{path.relative_to(ROOT)}:{line}: {room} imports {name}")
    return found


def test_every_room_has_a_rule() -> None:
    rooms = {room_of(path) for path in sources("simulator")}

    assert rooms <= set(MAY_IMPORT) | DOORS


def test_inside_the_simulator_nothing_points_back() -> None:
    def allowed(room: str, name: str) -> bool:
        parts = name.split(".")
        if parts[0] != "simulator" or room in DOORS:
            return True
        return parts[1] == room or parts[1] in MAY_IMPORT[room]

    assert offences(allowed) == []


@pytest.mark.parametrize("package", ONLY_IN)
def test_only_some_rooms_import(package: str) -> None:
    def allowed(room: str, name: str) -> bool:
        return name.split(".", maxsplit=1)[0] != package or room in ONLY_IN[package]

    assert offences(allowed) == []


def test_the_web_sees_only_what_the_simulator_shows() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in sources("web")
        for name, line in imported(path)
        if name.startswith("simulator.") and not is_shown(name)
    ]

    assert found == []


def is_shown(name: str) -> bool:
    """Whether ``simulator.X`` is a name of the public API and not a module of its inside."""
    tree = ast.parse((ROOT / "simulator" / "__init__.py").read_text("utf-8"))
    lists = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AugAssign)
        and "__all__" in ast.dump(getattr(node, "targets", [getattr(node, "target", None)])[0])
    ]
    shown = {value for each in lists for value in ast.literal_eval(each)}
    return name.removeprefix("simulator.") in shown
