"""From plain data to a Definition: every problem of shape first, then of what is left.

Rule: what one mistake spoils is taken out before the cross checks, which then are told of it, so
that a mistake is reported once, at its own place.
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from simulator.definition.document import Definition
from simulator.definition.refusals import findings_of
from simulator.definition.text.places import Finding, Path, known_path

# Taking out what is wrong can show something that needed it; each round goes one level up at least.
_ROUNDS = 10

# Stand in for what must be there and is not, so that the rest can be checked.
_STAND_INS = {"name": "unnamed", "id": "{index}"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as far as it could be read, and what is wrong with the rest."""

    definition: Definition
    data: dict[str, Any]  # as it was given
    findings: tuple[Finding, ...]  # of shape: words, types, units, limits

    def names(self, section: str) -> tuple[str, ...]:
        """Return the names in a section, also of what could not be read, and of what is made."""
        entries = self.data.get(section)
        given = tuple(entries) if isinstance(entries, dict) else ()
        made = [name for where, name in self.definition.made if where == section]
        return tuple(dict.fromkeys((*given, *made)))

    def at(self, *path: str | int) -> Any:
        """Return what the document has at a path; None when nothing stands there."""
        found: Any = self.data
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def is_spoiled(self, *path: str | int) -> bool:
        """Whether something at the path, in it or around it, could not be read."""
        places = [finding.path for finding in self.findings]
        return any(p[: len(path)] == path or path[: len(p)] == p for p in places if p)


def read_draft(data: dict[str, Any]) -> Draft | tuple[Finding, ...]:
    """Return what can be made of plain data; only the findings when that is nothing."""
    left = deepcopy(data)
    findings: tuple[Finding, ...] = ()
    for _ in range(_ROUNDS):
        try:
            return Draft(Definition.model_validate(left), data, findings)
        except ValidationError as error:
            found = findings_of(error.errors(), left)
        findings = findings or tuple(found)
        for each in found:
            _take_out(left, each.path)
        left = {**_STAND_INS, **left}
    return findings


def _take_out(data: dict[str, Any], path: Path) -> None:
    """Take out the nearest entry of a mapping that holds the path; positions in lists stay."""
    known = known_path(data, path)
    if known != path:  # a word is missing: what needs it goes
        path = known
    while path and not isinstance(path[-1], str):
        path = path[:-1]
    if not path:
        return
    parent: Any = data
    for step in path[:-1]:
        parent = parent[step]
    parent.pop(path[-1], None)
