"""Problems as lines for people: alike ones together, and many by the first of them.

Rule: what is not told is counted.
"""

import re
from collections import defaultdict

from simulator.errors import DefinitionError, Problem

MOST_ALIKE = 5  # lines of problems that differ in numbers and quoted names alone
MOST = 50  # lines in all: what a terminal shows and a person reads

_OWN = re.compile(r"\d[\d,.]*|'[^']*'")


def told(error: DefinitionError) -> str:
    """Return the text of an error, at most ``MOST`` lines and one with the count of the rest."""
    kinds: dict[str, list[Problem]] = defaultdict(list)
    for problem in error.problems:
        kinds[_OWN.sub("#", str(problem))].append(problem)
    lines: list[str] = []
    shown = 0
    for alike in kinds.values():
        first = alike[: max(0, min(MOST_ALIKE, MOST - len(lines)))]
        shown += len(first)
        lines += [str(each) for each in first]
        if len(alike) > MOST_ALIKE == len(first):
            shown += len(alike) - MOST_ALIKE
            lines.append(f"  and {len(alike) - MOST_ALIKE:,} more like these")
    if left := len(error.problems) - shown:
        lines.append(f"and {left:,} more problems")
    return "\n".join(lines)
