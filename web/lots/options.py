"""What a lot says beside its own fields: pace, faults, records, thresholds, as text.

Rule: the words and their limits are the simulator's; here they are held beside what the form has.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import simulator
from web.lots.models import Lot
from web.targets.actions import document

# Words of the lot document that have fields of their own in the console.
FIELDS_OF_THEIR_OWN = frozenset(
    ("version", "run", "name", "seed", "duration", "ramp", "parts", "target", "datasets")
)
MOST_TOLD = 5


class Counted(Protocol):
    """A part of a lot, as far as its options are concerned."""

    @property
    def count(self) -> int: ...


def option_problems(lot: Lot, parts: Sequence[Counted]) -> list[str]:
    """Return what is wrong with the options of a lot, a sentence each; nothing when all is well."""
    words = simulator.lot_words(lot.options, known_words(lot, parts))
    own = sorted(FIELDS_OF_THEIR_OWN & words.said.keys())
    told = [f"{word} is not said here, it has a field of its own." for word in own]
    for problem in words.problems:
        line = f"Line {problem.line}: " if problem.line else ""
        told.append(f"{line}{problem}.")
    return told[:MOST_TOLD]


def known_words(lot: Lot, parts: Sequence[Counted]) -> dict[str, Any]:
    """Return the lot's own fields as plain data; its definitions are left out."""
    firsts = [sum(part.count for part in parts[:position]) for position in range(len(parts))]
    return {
        "duration": lot.duration.total_seconds(),
        "pace": {"ramp": {"over": lot.ramp.total_seconds()}},
        "parts": [
            {"name": "", "document": {}, "first": first, "count": part.count}
            for first, part in zip(firsts, parts, strict=True)
        ],
        "target": document(lot.target),
    }
