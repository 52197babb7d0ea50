"""Names: which there are, where each may be used, and what is wrong with one.

Rule: a name means one thing only, so constants, variables, metrics and our own never share one.
"""

import keyword
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from simulator.definition.behaviour.nesting import levels, named
from simulator.definition.expressions.expression import CONSTANTS
from simulator.definition.model import nearest
from simulator.definition.reading import Draft
from simulator.definition.text.places import Finding, Path

# Known unless a document gives them a meaning of its own. ``uptime`` is s since the last start;
# ``progress`` goes from 0 to 1 while a mock waits for the end of a status with an ``after``.
_SOFT = ("uptime", "progress")

# What every mock has without being told. ``now`` is Unix s, ``age`` and ``time_in_status`` are s.
IN_MESSAGES = ("id", "index", "seq", "now", "status", "message", "age", "time_in_status", *_SOFT)
# Of ``when``, and of what is set.
IN_CONDITIONS = ("id", "index", "seq", "now", "status", "age", "time_in_status", *_SOFT)
IN_METRICS = ("id", "index", "now", "status", "age", "time_in_status", *_SOFT)  # of formulas
ARRIVED = "in"  # what came in, as replies know it: in.payload.id
IN_IDENTITY = ("index",)
IN_FILTERS = ("id", "index")  # of topics that are listened to
IN_INTERVALS = ("index",)

MAX_NAME = 60  # characters

_TITLE = re.compile(r"\w[\w -]*")  # of a message or a status; a topic can hold it

# ``previous`` is known to formulas alone, which do not count it among the names that they read.
RESERVED = (*(name for name in IN_MESSAGES if name not in _SOFT), "previous")

SECTIONS = ("constants", "variables", "metrics")  # those whose entries expressions name


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that may be used at some kind of place."""

    own: tuple[str, ...]  # constants and variables
    metrics: dict[str, tuple[str, ...] | None]  # name -> its parts; None: it could not be read
    reserved: tuple[str, ...]

    def findings(self, names: Collection[str], path: Path) -> Iterator[Finding]:
        """Yield what is wrong with names that are used at a place."""
        for name in sorted(names):
            text = self._refusal(name)
            if text:
                yield Finding(path, text)

    def _refusal(self, name: str) -> str:
        base, _, part = name.partition(".")
        if base in self.metrics:
            return _part_refusal(base, part, self.metrics[base])
        if base not in self.own and base not in self.reserved:
            return self._unknown(base)
        if base == ARRIVED:
            return ""
        return f"{base!r} has no parts" if part else ""

    def _unknown(self, name: str) -> str:
        if name == ARRIVED:
            return f"{name!r}, what came in, is known to replies only"
        if name in RESERVED:
            return f"{name!r} is not known here, allowed: {', '.join(self._allowed())}"
        kind = "metric" if self.metrics else "name"
        return f"unknown {kind} {name!r}, {nearest(name, self._allowed())}"

    def _allowed(self) -> list[str]:
        return [*self.metrics, *self.own, *self.reserved]


def _part_refusal(metric: str, part: str, parts: tuple[str, ...] | None) -> str:
    if parts is None or part in parts or (not parts and not part):
        return ""
    if not parts:
        return f"{metric!r} has no parts"
    allowed = [f"{metric}.{name}" for name in parts]
    if not part:
        return f"{metric!r} has several parts, allowed: {', '.join(allowed)}"
    return f"{metric!r} has no part {part!r}, {nearest(f'{metric}.{part}', allowed)}"


def scope_of(draft: Draft, reserved: tuple[str, ...], *, with_metrics: bool = True) -> Scope:
    """Return the names that a document offers where ``reserved`` of our own are known."""
    own = (*draft.names("constants"), *draft.names("variables"))
    read = draft.definition.metrics
    metrics = {
        name: read[name].parts() if name in read else None for name in draft.names("metrics")
    }
    return Scope(own, metrics if with_metrics else {}, reserved)


def name_findings(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with the names that a document gives."""
    owners = dict.fromkeys((*RESERVED, *CONSTANTS), "a name of our own")
    for section in SECTIONS:
        for name in draft.names(section):
            text = expression_name_refusal(name) or (
                f"{name!r} is {owners[name]}" if name in owners else ""
            )
            if text:
                yield Finding((section, name), f"{text}, choose another name")
            owners.setdefault(name, f"one of the {section} already")
    for path in [("messages", name) for name in draft.names("messages")]:
        yield from title_findings(path)
    seen: set[str] = set()
    for name, place in named(draft.data.get("statuses")):
        yield from title_findings(place)
        if name in seen:
            text = f"there is a status {name!r} already, choose another name"
            yield Finding(place, text)
        seen.add(name)


def every_status(draft: Draft) -> tuple[str, ...]:
    """Return the names of all statuses, on all levels, also of what could not be read."""
    given = [name for name, _ in named(draft.data.get("statuses"))]
    return tuple(dict.fromkeys((*given, *levels(draft.definition.statuses))))


def title_findings(path: Path) -> Iterator[Finding]:
    """Yield why the last step of a path cannot be the name of a message or a status."""
    name = str(path[-1])
    if len(name) > MAX_NAME or not _TITLE.fullmatch(name):
        text = f"{name[:MAX_NAME]!r} cannot be a name: letters, digits, '_', '-' and blanks"
        yield Finding(path, f"{text} only, at most {MAX_NAME}")


def expression_name_refusal(name: str) -> str:
    """Return why an expression could not use a name. Python reads composed letters as one."""
    is_word = name.isidentifier() and not keyword.iskeyword(name)
    if len(name) > MAX_NAME or not is_word or unicodedata.normalize("NFKC", name) != name:
        return (
            f"{name[:MAX_NAME]!r} cannot be a name: letters, digits and _ only, at most {MAX_NAME}"
        )
    return ""
