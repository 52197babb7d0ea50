"""What a lot says beside its own fields: pace, faults, records, thresholds, as text.

Rule: the words and their limits are the simulator's; here they are held beside what the form has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import simulator
from web.lots.models import Lot
from web.platform.words import Told, told
from web.targets.actions import document


class Counted(Protocol):
    """A part of a lot, as far as its options are concerned."""

    @property
    def count(self) -> int: ...


def wrong_options(
    lot: Lot, parts: Sequence[Counted], definitions: Sequence[simulator.Definition]
) -> Told:
    """Return what is wrong with the options of a lot.

    ``definitions`` are those of the parts; without them, what faults aim at is not looked at.
    """
    words = simulator.lot_words(lot.options, known_words(lot, parts))
    if words.value is not None and len(definitions) == len(parts):
        counts = [part.count for part in parts]
        words = replace(words, problems=aimless(words.value, definitions, counts))
    return told(words, elsewhere=simulator.OF_LOTS)


def aimless(
    lot: simulator.Lot,
    definitions: Sequence[simulator.Definition],
    counts: Sequence[int],
    *,
    datasets: Mapping[str, simulator.Dataset] | None = None,
) -> tuple[simulator.Problem, ...]:
    """Return what of a lot's faults, orders and thresholds cannot work with the rest of it.

    ``datasets``: with them, whether aims meet anybody is worked out with the lot's own seed.
    """
    parts = [(each.name, each, count) for each, count in zip(definitions, counts, strict=True)]
    return (
        *simulator.fault_problems(
            lot.faults,
            parts,
            duration=lot.duration,
            target=lot.target,
            datasets=datasets,
            seed=lot.seed,
        ),
        *simulator.order_problems(lot.orders, parts, duration=lot.duration),
        *simulator.threshold_problems(lot.thresholds, lot.target),
    )


def known_words(lot: Lot, parts: Sequence[Counted]) -> dict[str, Any]:
    """Return the lot's own fields as plain data; its definitions are left out."""
    firsts = [sum(part.count for part in parts[:position]) for position in range(len(parts))]
    return {
        "duration": lot.duration.total_seconds(),
        "pace": {"ramp": {"over": lot.ramp.total_seconds()}},
        "parts": [
            {
                "name": "",
                "document": {},
                "first": first,
                "count": part.count,
                "rate": getattr(part, "rate", None),
            }
            for first, part in zip(firsts, parts, strict=True)
        ],
        "target": document(lot.target),
    }
