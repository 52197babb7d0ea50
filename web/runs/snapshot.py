"""The snapshot of a lot that a run executes, or the sentence why there can be none.

Rule: reads rows and returns a value; writes nothing.
"""

from dataclasses import dataclass
from secrets import randbelow
from typing import Any
from uuid import UUID

import simulator
from web.datasets import access as datasets
from web.lots.models import Lot, LotPart
from web.platform.secrets import SealBroken
from web.targets.actions import lot_target

NEW_SEEDS = 2**31  # a drawn seed stays short enough to be typed again


class CannotStart(Exception):
    """The lot cannot run as it is; the text is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``lot`` as it goes into the object store, and what the console wants to know of its parts.

    ``parts``: ``name``, ``first``, ``count`` and ``statuses`` (names) of each.
    """

    lot: simulator.Lot
    parts: list[dict[str, Any]]


def snapshot_of(lot: Lot, *, run: UUID) -> Snapshot:
    """Return everything a tower needs, from what the rows say now.

    Raises:
        CannotStart: A definition has errors, a dataset is missing or not ready, or there is
            no part.
    """
    rows = list(lot.parts.select_related("definition").order_by("position"))
    if not rows:
        raise CannotStart("This lot has no definition. Edit it and add one.")
    definitions = [checked(part) for part in rows]
    parts, first = [], 0
    for row, definition in zip(rows, definitions, strict=True):
        parts.append(
            simulator.Part(
                name=definition.name,
                document=definition.source,
                first=first,
                count=row.count,
                rate=row.rate,
            )
        )
        first += row.count
    snapshot = simulator.Lot(
        run=str(run),
        name=lot.name,
        seed=randbelow(NEW_SEEDS) if lot.seed is None else lot.seed,
        duration=lot.duration.total_seconds(),
        ramp=lot.ramp.total_seconds(),
        parts=parts,
        target=target_of(lot),
        datasets=keys_of(lot, rows),
    )
    told = [
        {
            "name": part.name,
            "first": part.first,
            "count": part.count,
            "statuses": list(definition.statuses),
        }
        for part, definition in zip(parts, definitions, strict=True)
    ]
    return Snapshot(snapshot, told)


def target_of(lot: Lot) -> simulator.Target:
    """Return the lot's target with its secrets sealed.

    Raises:
        CannotStart: Its secrets were sealed with a key that is no longer there.
    """
    try:
        return lot_target(lot.target)
    except SealBroken as error:
        raise CannotStart(
            f"The secrets of the target “{lot.target}” cannot be opened. Enter them again there."
        ) from error


def checked(part: LotPart) -> simulator.Definition:
    """Return the part's definition as its document says it now.

    Raises:
        CannotStart: It has errors; the first is told.
    """
    try:
        return simulator.parse(part.definition.text)
    except simulator.DefinitionError as error:
        first, more = error.problems[0], len(error.problems) - 1
        rest = f" (and {more} more)" if more else ""
        raise CannotStart(
            f"The definition “{part.definition}” has an error: {first}{rest}. Mend it, then start."
        ) from error


def keys_of(lot: Lot, parts: list[LotPart]) -> dict[str, str]:
    """Return the objects of all datasets that the parts' definitions use, by name.

    Raises:
        CannotStart: One is not there or not ready.
    """
    names = {
        use.dataset.name for part in parts for use in part.definition.uses.select_related("dataset")
    }
    ready = datasets.uploads_in_force(lot.workspace)
    for name in sorted(names):
        if name not in ready:
            raise CannotStart(
                f"The dataset “{name}” is not ready. Open it to see why, or upload it again."
            )
    return {name: ready[name].key for name in names}
