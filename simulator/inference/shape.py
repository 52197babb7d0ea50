"""The shape of messages: a tree as a payload is one, with what is known of each value at its leaf.

Rule: samples and schemas both become a shape; nothing after it knows which of them it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

MAX_LEAVES = 180  # metrics that one definition can have, with room for a position
MAX_LIST = 8  # entries of a list that are kept apart; a longer one is a burst of samples
OFFSET = "offset"  # format of a time that counts from one beside it, as SenML's below 2^28 s

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One value of a message: what it was in the samples, or may be by its schema."""

    path: Path
    values: tuple[Any, ...] = ()  # as seen, in order; text, numbers, true, false, None
    options: tuple[Any, ...] = ()  # all that it may be, where a schema says so
    low: float | None = None  # bounds, where a schema says so
    high: float | None = None
    format: str = ""  # "date-time", "uuid" and the like, of a schema
    kind: str = ""  # "number", "integer", "text", "boolean", of a schema
    unit: str = ""
    description: str = ""
    label: str = ""  # what its entry is called: {"name": "humidity", "value": 48}

    @property
    def name(self) -> str:
        """The key that it stands under; that of its list, where it stands in one."""
        return next((step for step in reversed(self.words) if isinstance(step, str)), "value")

    @property
    def words(self) -> Path:
        """Its path by what things are called: with its label in place of ``value``."""
        return (*self.path[:-2], self.label) if self.label else self.path

    @property
    def known(self) -> tuple[Any, ...]:
        """The values that are not null."""
        return tuple(value for value in self.values if value is not None)

    @property
    def numbers(self) -> tuple[float, ...]:
        """The values when all of them are numbers, else none."""
        known = self.known
        is_numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in known)
        return known if is_numeric else ()


@dataclass(frozen=True, slots=True)
class Burst:
    """A list of samples in one message: how many, and what each of them is."""

    count: int
    of: "Shape"
    step: float = 0.0  # s from one sample to the next; 0 where they do not tell


Shape: TypeAlias = dict[str, Any] | list[Any] | Leaf | Burst


def leaves(shape: Shape) -> Iterator[Leaf]:
    """Yield every leaf, in the order of the payload."""
    if isinstance(shape, Leaf):
        yield shape
    for child in _children(shape):
        yield from leaves(child)


def bursts(shape: Shape) -> Iterator[Burst]:
    """Yield every burst, in the order of the payload; the outer ones alone."""
    if isinstance(shape, Burst):
        yield shape
        return
    for child in _children(shape):
        yield from bursts(child)


def _children(shape: Shape) -> list[Shape]:
    match shape:
        case Burst():
            return [shape.of]
        case dict():
            return list(shape.values())
        case list():
            return shape
    return []


def merged(leaf: Leaf, **changes: Any) -> Leaf:
    """Return a leaf with some of its fields changed."""
    return replace(leaf, **changes)
