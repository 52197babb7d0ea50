"""Payloads to the shape that they have in common, and what their lists are: things, or samples.

Rule: a list is a burst of samples when its entries say so by their moments, or are too many to be
things apart; entries with names of their own (``{"name": "humidity", "value": 48}``) are things.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from simulator.inference.known import snake, unit_of
from simulator.inference.moments import moment_of
from simulator.inference.shape import MAX_LIST, OFFSET, Burst, Leaf, Path, Shape, leaves, merged

MAX_NAMED = 100  # entries with names of their own that are kept apart

# What an entry calls itself, its value and its unit; the last ones of each are SenML's (RFC 8428).
_NAMES = ("name", "metric", "key", "sensor", "parameter", "measurement", "label", "id", "n")
_VALUES = ("value", "val", "v", "vb", "vs", "vd")
_UNITS = ("unit", "units", "uom", "u")

_RELATIVE = 2**28  # s; a time below counts from the base time (RFC 8428, section 4.5.3)
_EVEN = 0.2  # by how much steps of one burst may differ from their median


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
    longest = max(lengths)
    if longest == 0:
        return []
    if len(lengths) == 1 and longest <= MAX_NAMED and _is_named(lists):
        return [_named(_entry(lists, i, path)) for i in range(longest)]
    step = _step(lists, path)
    if step or longest > MAX_LIST or len(lengths) > 1:
        entries = [entry for entries in lists for entry in entries]
        return Burst(longest, shape_of(entries, path), step)
    return [_entry(lists, i, path) for i in range(longest)]


def _entry(lists: Sequence[list[Any]], place: int, path: Path) -> Shape:
    return shape_of([entries[place] for entries in lists], (*path, place))


def _is_named(lists: Sequence[list[Any]]) -> bool:
    """Whether each entry has a name and a value, in all lists the same names at the same places."""
    names = [[_name(entry) for entry in entries] for entries in lists]
    is_told_apart = len(set(names[0])) > 1 or len(names[0]) == 1
    return is_told_apart and all(names[0]) and all(each == names[0] for each in names)


def _name(entry: Any) -> str:
    """Return what an entry is called; empty when it has no name, or no value beside it."""
    if not isinstance(entry, dict) or not any(key in entry for key in _VALUES):
        return ""
    found = (entry[key] for key in _NAMES if isinstance(entry.get(key), str))
    return next((name for name in found if snake(name)), "")


def _named(entry: Shape) -> Shape:
    """Return an entry with its name and its unit told to the leaf of its value."""
    if not isinstance(entry, dict):
        return entry
    label = _text(entry, _NAMES)
    unit = unit_of(_text(entry, _UNITS))
    return {key: _told(key, child, label, unit) for key, child in entry.items()}


def _told(key: str, child: Shape, label: str, unit: str) -> Shape:
    if not isinstance(child, Leaf):
        return child
    if key == "t" and all(abs(number) < _RELATIVE for number in child.numbers):
        return merged(child, format=OFFSET)
    return merged(child, label=label, unit=unit) if key in _VALUES else child


def _text(entry: dict[str, Shape], keys: Sequence[str]) -> str:
    found = (leaf for key in keys if isinstance(leaf := entry.get(key), Leaf))
    return next((t for leaf in found for t in leaf.known if isinstance(t, str) and t), "")


def _step(lists: Sequence[list[Any]], path: Path) -> float:
    """Return the time from one entry to the next, s; 0 where their moments do not tell."""
    for moments in _moments_of_entries(lists, path):
        steps = [after - before for each in moments for before, after in pairwise(each)]
        middle = median(steps) if steps else 0.0
        if middle > 0 and all(abs(step - middle) <= _EVEN * middle for step in steps):
            return middle
    return 0.0


def _moments_of_entries(lists: Sequence[list[Any]], path: Path) -> Iterator[list[list[float]]]:
    """Yield for each field of the entries that is a moment, its seconds, list by list."""
    longest = max(lists, key=len)
    if len(longest) < 2 or not all(isinstance(entry, dict | list) for entry in longest):
        return
    for leaf in leaves(_entries_shape(longest, path)):
        if moment_of(leaf) is None or len(leaf.values) != len(longest):
            continue
        found = [_moments_at(entries, leaf.path, path) for entries in lists if entries]
        if all(found):
            yield found


def _moments_at(entries: Sequence[Any], at: Path, path: Path) -> list[float]:
    """Return the moments that stand at one place of each entry; none where one has no such."""
    same = (leaf for leaf in leaves(_entries_shape(entries, path)) if leaf.path == at)
    moments = [moment_of(leaf) for leaf in same if len(leaf.values) == len(entries)]
    return [second for moment in moments if moment is not None for second in moment.seconds]


def _entries_shape(entries: Sequence[Any], path: Path) -> Shape:
    """Return the shape of entries without a look at the lists in them."""
    if all(isinstance(entry, dict) for entry in entries):
        keys = dict.fromkeys(key for entry in entries for key in entry)
        return {key: _column(entries, key, path) for key in keys}
    if all(isinstance(entry, list) and entry for entry in entries):
        return _column(entries, 0, path)
    return []


def _column(entries: Sequence[Any], key: Any, path: Path) -> Leaf:
    held = [e[key] for e in entries if isinstance(key, int) or key in e]
    return Leaf(path=(*path, key), values=tuple(_plain(value) for value in held))


def _plain(value: Any) -> Any:
    """Return a value as a leaf holds it: lists and mappings among plain values are not one."""
    return value if isinstance(value, str | int | float | bool) else None
