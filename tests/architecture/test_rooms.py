"""The rooms inside of the language and of the generators: who may import whom, one way only."""

import pytest

from tests.architecture.test_imports import ROOT, imported, sources

# What each room may import of its package. Checks stand above all of the language.
LANGUAGE = "simulator.definition"
BASE = {"model"}
ROOMS: dict[str, set[str]] = {
    "text": BASE,
    "quantities": BASE,
    "expressions": BASE | {"quantities"},
    "metrics": BASE | {"quantities", "expressions"},
    "messages": BASE | {"text", "quantities", "expressions", "metrics"},
    "behaviour": BASE | {"text", "quantities", "expressions", "metrics", "messages"},
}
WORDS = "simulator.generators"
ROOMS_OF_WORDS: dict[str, set[str]] = {
    "parts": {"base"},
    "land": {"base", "parts"},
    "readings": {"base", "parts"},
}


def offences(package: str, rooms: dict[str, set[str]]) -> list[str]:
    """Return what the rooms of a package import of it and may not."""
    folder = package.replace(".", "/")
    return [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for room, others in rooms.items()
        for path in sources(f"{folder}/{room}")
        for name, line in imported(path)
        if name.startswith(f"{package}.") and name.split(".")[2] not in others | {room}
    ]


@pytest.mark.parametrize(("package", "rooms"), [(LANGUAGE, ROOMS), (WORDS, ROOMS_OF_WORDS)])
def test_rooms_of_a_package_import_one_way(package: str, rooms: dict[str, set[str]]) -> None:
    assert offences(package, rooms) == []


def test_every_module_beside_the_rooms_of_generators_registers_a_word() -> None:
    without = [
        path.name
        for path in (ROOT / "simulator/generators").glob("*.py")
        if "\n@register(" not in path.read_text("utf-8")
    ]

    assert sorted(without) == ["__init__.py", "base.py"]


def test_no_module_in_a_room_of_generators_registers_a_word() -> None:
    registering = [
        path.name
        for room in ROOMS_OF_WORDS
        for path in sources(f"simulator/generators/{room}")
        if "\n@register(" in path.read_text("utf-8")
    ]

    assert registering == []


@pytest.mark.parametrize(
    ("package", "rooms"), [(LANGUAGE, {*ROOMS, "checks"}), (WORDS, set(ROOMS_OF_WORDS))]
)
def test_every_folder_of_a_package_is_a_room_that_says_what_it_holds(
    package: str, rooms: set[str]
) -> None:
    doors = list((ROOT / package.replace(".", "/")).glob("*/__init__.py"))

    assert {door.parent.name for door in doors} == rooms
    assert all(door.read_text("utf-8").startswith('"""') for door in doors)
