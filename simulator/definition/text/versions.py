"""Versions of the language: an older document is upgraded while it is read.

Rule: an upgrade is a pure function of plain data, whatever that holds, and tells which words it
renamed, so that a problem stands where the document has it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from simulator.definition.model import show
from simulator.definition.text.places import Finding, Path

VERSION: Final = 2  # the present one
OLDEST = 1  # that of a document without ``version``

Data: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Renamed:
    """A word that an upgrade renamed."""

    path: Path  # of the word as it is now
    before: str  # the word as the document has it


Upgrade: TypeAlias = Callable[[Data], tuple[Data, tuple[Renamed, ...]]]


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A document in the present version, and what was renamed on the way, the first first."""

    data: Data
    renamed: tuple[Renamed, ...] = ()

    def given(self, path: Path) -> Path:
        """Return where the document as it was given has what is now at ``path``."""
        for each in reversed(self.renamed):
            length = len(each.path)
            if path[:length] == each.path:
                path = (*path[: length - 1], each.before, *path[length:])
        return path


def version_finding(data: Data) -> Finding | None:
    """Return what is wrong with a document's version, or None."""
    version = data.get("version", OLDEST)
    if isinstance(version, bool) or not isinstance(version, int) or version < OLDEST:
        text = f"needs a whole number from {OLDEST} to {VERSION}, got {show(version)}"
        return Finding(("version",), text)
    if version > VERSION:
        text = f"is newer than what is known here: {show(version)}, allowed: up to {VERSION}"
        return Finding(("version",), text)
    return None


def upgraded(data: Data) -> Upgraded:
    """Return a document in the present version; ``data`` stays as it is.

    Its version must be a good one, see ``version_finding``.
    """
    if data.get("version") == VERSION:
        return Upgraded(data)
    renamed: tuple[Renamed, ...] = ()
    for version in range(data.get("version", OLDEST), VERSION):
        data, more = UPGRADES[version](data)
        renamed += more
    words = {word: value for word, value in data.items() if word != "version"}
    return Upgraded({"version": VERSION, **words}, renamed)


def _bucket_is_pick(data: Data) -> tuple[Data, tuple[Renamed, ...]]:
    """Version 2 calls the generator ``bucket`` what it does: ``pick``."""
    metrics = data.get("metrics")
    if not isinstance(metrics, dict):
        return data, ()
    old = [name for name, metric in metrics.items() if _has(metric, "bucket", "pick")]
    new = {name: _with_word(metrics[name], "bucket", "pick") for name in old}
    renamed = tuple(Renamed(("metrics", name, "pick"), "bucket") for name in old)
    return {**data, "metrics": {**metrics, **new}}, renamed


def _has(value: Any, old: str, new: str) -> bool:
    return isinstance(value, dict) and old in value and new not in value


def _with_word(mapping: Mapping[str, Any], old: str, new: str) -> Data:
    """Return a mapping with one word renamed, at its place."""
    return {new if word == old else word: value for word, value in mapping.items()}


# From each version to the next one.
UPGRADES: dict[int, Upgrade] = {1: _bucket_is_pick}
