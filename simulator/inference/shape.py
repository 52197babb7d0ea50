"""The shape of messages: a tree as a payload is one, with what is known of each value at its leaf.

Rule: samples and schemas both become a shape; nothing after it knows which of them it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

MAX_LEAVES = 180  # metrics that one definition can have, with room for a position
MAX_LIST = 8  # entries of a list that are kept apart; a longer one is a burst of samples

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

    @property
    def name(self) -> str:
        """The key that it stands under; that of its list, where it stands in one."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), "value")

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


Shape: TypeAlias = dict[str, Any] | list[Any] | Leaf | Burst


def shape_of(payloads: Sequence[Any], path: Path = ()) -> Shape:
    """Return the shape of payloads that are of one kind; the keys of all of them, in order."""
    known = [payload for payload in payloads if payload is not None]
    if known and all(isinstance(payload, dict) for payload in known):
        keys = dict.fromkeys(key for payload in known for key in payload)
        return {
            key: shape_of([payload[key] for payload in known if key in payload], (*path, key))
            for key in keys
        }
    if known and all(isinstance(payload, list) for payload in known):
        return _list_shape(known, path)
    return Leaf(path=path, values=tuple(_plain(payload) for payload in payloads))


def _list_shape(lists: Sequence[list[Any]], path: Path) -> Shape:
    lengths = {len(entries) for entries in lists}
    if lengths == {0}:
        return []
    longest = max(lengths)
    if longest > MAX_LIST or len(lengths) > 1:
        entries = [entry for entries in lists for entry in entries]
        return Burst(longest, shape_of(entries, path))
    return [shape_of([entries[i] for entries in lists], (*path, i)) for i in range(longest)]


def leaves(shape: Shape) -> Iterator[Leaf]:
    """Yield every leaf, in the order of the payload."""
    match shape:
        case Leaf():
            yield shape
        case Burst():
            yield from leaves(shape.of)
        case dict():
            for child in shape.values():
                yield from leaves(child)
        case list():
            for child in shape:
                yield from leaves(child)


def merged(leaf: Leaf, **changes: Any) -> Leaf:
    """Return a leaf with some of its fields changed."""
    return replace(leaf, **changes)


def _plain(value: Any) -> Any:
    """Return a value as a leaf holds it: lists and mappings among plain values are not one."""
    return value if isinstance(value, str | int | float | bool) else None
