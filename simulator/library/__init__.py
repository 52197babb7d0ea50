"""Ready definitions of real kinds of device, to start from.

Rule: each file begins with a comment that says what the device does; its name is its file's.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Ready:
    """One ready definition."""

    name: str  # of its file: "smart-meter"
    title: str  # of the definition: "Smart meter"
    summary: str  # what the device does, a sentence or two
    text: str  # the whole document, YAML


@cache
def ready() -> tuple[Ready, ...]:
    """Return every ready definition, by its title."""
    folder = files(__name__)
    found = [path for path in folder.iterdir() if path.name.endswith(".yaml")]
    each = (_read(path.name.removesuffix(".yaml"), path.read_text("utf-8")) for path in found)
    return tuple(sorted(each, key=lambda one: one.title.lower()))


def ready_named(name: str) -> Ready:
    """Return one ready definition.

    Raises:
        KeyError: There is none of that name.
    """
    return {one.name: one for one in ready()}[name]


def _read(name: str, text: str) -> Ready:
    lines = text.splitlines()
    comment = [line.removeprefix("#").strip() for line in lines if line.startswith("#")]
    title = next(line.removeprefix("name:").strip() for line in lines if line.startswith("name:"))
    summary = " ".join(comment).partition(": ")[2]
    return Ready(name, title, f"{summary[:1].upper()}{summary[1:]}", text)
