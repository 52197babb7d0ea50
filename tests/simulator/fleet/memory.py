"""What two fleets remember, compared attribute by attribute.

It is how a test finds state that somebody added and no checkpoint holds: whatever differs after a
``restore`` is either named below as made anew from the rest, or lost.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

# What is made anew from arguments, or from what is restored: class or module, attribute.
DERIVED = {
    ("Timers", "_wheel"),  # filled from ``planned``
    ("Timers", "_first"),  # scratch of one call
    ("Population", "_keys"),  # made when first asked for
    ("Population", "_moments"),
    ("Population", "_gaps"),
    ("Doings", "_samplers"),
    ("Overridden", "_is_mixed"),  # found out when first drawn
    ("Received", "_read"),  # its JSON, read when first asked for
    ("Texts", None),
    ("diurnal", "_first"),  # the days that were looked at last, and their factors
    ("diurnal", "_added"),
    ("diurnal", "_factors"),
    ("pick", "_rounds"),  # the order of the present round, drawn from its number
    ("pick", "_orders"),
    ("Clock", "_unix"),  # moments of a cron, computed when first asked for
    ("_Column", "_cumulative"),  # of markov: powers of its matrix
    ("Happening", "_keys"),
    # A clocked metric goes on from its mark and draws again what came after it.
    ("Track", "_column"),
    ("Track", "_held"),
    ("Track", "_last"),
    ("Track", "_marks"),
    ("Track", "_size"),
    ("Around", "_tracks"),
    ("Overall", "_known"),
    ("Neighbour", "_mocks"),
    ("Overall", "_mocks"),
}
PLAIN = (str, bytes, int, float, bool, type(None), type)


def differences(one: object, other: object) -> list[str]:
    """The paths of what is not equal, each once, sorted."""
    return sorted({path.lstrip(".") for path in _walk(one, other, "", set())})


def _walk(one: Any, other: Any, path: str, seen: set[int]) -> Iterator[str]:
    if one is other or id(one) in seen:
        return
    if type(one) is not type(other):
        yield path
    elif isinstance(one, np.ndarray):
        if not _equal(one, other):
            yield path
    elif isinstance(one, PLAIN):
        if one != other and not (one != one and other != other):
            yield path
    else:
        seen.add(id(one))
        yield from _inside(one, other, path, seen)


def _inside(one: Any, other: Any, path: str, seen: set[int]) -> Iterator[str]:
    if isinstance(one, Mapping):
        if (type(one).__name__, None) in DERIVED:
            return
        if one.keys() != other.keys():
            yield path
        for key in one.keys() & other.keys():
            yield from _walk(one[key], other[key], f"{path}.{key}", seen)
    elif isinstance(one, list | tuple | deque):
        if len(one) != len(other):
            yield path
        for mine, its in zip(one, other, strict=False):
            yield from _walk(mine, its, path, seen)
    else:
        for name in _attributes(one):
            mine, its = getattr(one, name, None), getattr(other, name, None)
            yield from _walk(mine, its, f"{path}.{name}", seen)


def _attributes(thing: Any) -> list[str]:
    kind = type(thing)
    names = dict.fromkeys(getattr(thing, "__dict__", {}))
    for base in kind.__mro__:
        names |= dict.fromkeys(getattr(base, "__slots__", ()))
    own = kind.__module__.startswith("simulator.")
    owners = (kind.__name__, kind.__module__.rpartition(".")[2])
    return [name for name in names if own and not any((owner, name) in DERIVED for owner in owners)]


def _equal(one: Any, other: Any) -> bool:
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
