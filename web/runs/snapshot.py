"""The snapshot of a lot that a run executes, or the sentence why there can be none.

Rule: reads rows and returns a value; writes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from secrets import randbelow
from time import time
from typing import Any
from uuid import UUID

import simulator
from web.accounts.models import Workspace
from web.datasets import access as datasets
from web.datasets.loading import WorkspaceDatasets
from web.logs.payloads import formats_of
from web.lots import refusals
from web.lots.models import Lot, LotPart
from web.lots.options import aimless
from web.platform.secrets import SealBroken
from web.platform.storage import ObjectMissing, StorageUnavailable
from web.targets.actions import OptionsOutdated, OutOfReach, credentials, lot_target, opened
from web.targets.actions import table as dealt_table

NO_STORAGE = "The object store does not answer, so nothing was started. Try again in a minute."
NEW_SEEDS = 2**31  # a drawn seed stays short enough to be typed again


class CannotStart(Exception):
    """The lot cannot run as it is; the text is a sentence that says what to do."""


class CannotStartNow(CannotStart):
    """A part of the service does not answer; a little later it may."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``lot`` as it goes into the object store, and what the console wants to know of its parts.

    ``parts``: ``name``, ``first``, ``count`` and ``formats`` of each: what word stands for the
    payload of those messages that are no text, by their names; ``statuses`` and ``messages`` are
    what orders may name; ``position``: what its mocks call latitude and longitude, or None.
    ``faults`` are in the lot's words.
    ``client_ids`` are those by which a broker knows the mocks; none where there is no broker.
    """

    lot: simulator.Lot
    parts: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    client_ids: tuple[str, ...]


def snapshot_of(lot: Lot, *, run: UUID) -> Snapshot:
    """Return everything a tower needs, from what the rows say now.

    Raises:
        CannotStart: A definition has errors or cannot run in this lot, a dataset is missing or
            not ready, or there is no part.
    """
    rows = list(lot.parts.select_related("definition__workspace").order_by("position"))
    if not rows:
        raise CannotStart("This lot has no definition. Edit it and add one.")
    keys = keys_of(lot, rows)
    seed = randbelow(NEW_SEEDS) if lot.seed is None else lot.seed
    definitions = held_definitions(lot, rows, seed=seed)
    parts = parts_of(rows, definitions)
    known = {
        "run": str(run),
        "name": lot.name,
        "seed": seed,
        "duration": lot.duration.total_seconds(),
        "pace": {"ramp": {"over": lot.ramp.total_seconds()}},
        "parts": parts,
        "target": target_of(lot),
        "datasets": keys,
    }
    words = simulator.lot_words(lot.options, known)
    if words.value is None:
        raise CannotStart(f"The lot has a setting that cannot be: {words.problems[0]}. Edit it.")
    client_ids = check_identities(words.value, definitions, workspace=lot.workspace)
    told = [
        {
            "name": part.name,
            "first": part.first,
            "count": part.count,
            "formats": formats_of(definition),
            **simulator.order_names(definition),
            "position": simulator.position_names(definition),
            "rate": simulator.busiest(definition, rate=part.rate),  # messages/s of a mock
        }
        for part, definition in zip(parts, definitions, strict=True)
    ]
    return Snapshot(words.value, told, list(words.said.get("faults") or ()), client_ids)


def parts_of(
    rows: Sequence[LotPart], definitions: Sequence[simulator.Definition]
) -> list[simulator.Part]:
    """Return the lot's parts, each with the number of its first mock."""
    firsts = [0, *accumulate(row.count for row in rows)]
    return [
        simulator.Part(
            name=definition.name,
            document=definition.source,
            first=first,
            count=row.count,
            rate=row.rate,
        )
        for row, definition, first in zip(rows, definitions, firsts, strict=False)
    ]


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
    except OutOfReach as error:
        raise CannotStart(str(error)) from error
    except OptionsOutdated as error:
        raise CannotStart(
            f"The options of the target “{lot.target}” need a look there: {error}."
        ) from error


@contextmanager
def failures_in_words() -> Iterator[None]:
    """Say why what the mocks need cannot be read, where that is so.

    Raises:
        CannotStartNow: The object store does not answer, or has not what it was given.
        CannotStart: The credential table was sealed with a key that is no longer there.
    """
    try:
        yield
    except (StorageUnavailable, ObjectMissing) as error:
        raise CannotStartNow(NO_STORAGE) from error
    except SealBroken as error:
        raise CannotStart(
            "The target's credential table cannot be opened with this installation's keys. "
            "Upload it again."
        ) from error


def check_identities(
    lot: simulator.Lot, definitions: Sequence[simulator.Definition], *, workspace: Workspace
) -> tuple[str, ...]:
    """Hold who the mocks are against the target's table and secrets, as a tower would.

    Returns:
        Their client ids, where the target is a broker that knows mocks by them.

    Raises:
        CannotStart: A mock has no row, two have one client id, a key is none, a certificate ended;
            or a fault or a threshold could show nothing with these mocks at this target.
    """
    counts = [part.count for part in lot.parts]
    now = time()
    shelf = WorkspaceDatasets(workspace, rows=lot.most_mocks if lot.additions else max(counts))
    with failures_in_words():
        check_additions(lot, definitions, datasets=shelf)
        table, shown = dealt_table(lot.target), credentials(lot.target.secrets)
        called = simulator.roll_call(
            list(zip(definitions, counts, strict=True)),
            target=opened(lot.target),
            secrets=shown,
            table=table,
            datasets=shelf,
            seed=lot.seed,
            more=lot.additions,
            now=now,
        )
        futile = called.problems or aimless(lot, definitions, counts, datasets=shelf)
    for found in called.problems:
        raise CannotStart(f"{lot.parts[found.part].name}: {found}.")
    for each in (*futile, *simulator.credential_problems(lot.faults, secrets=shown, table=table)):
        raise CannotStart(f"The lot asks for what could show nothing: {each}. Edit it.")
    if table is not None and table.ends <= now:
        raise CannotStart(
            f"A certificate of the table “{table.name}” has expired. Upload one that is good."
        )
    return called.client_ids if lot.target.speech.is_mqtt else ()


def check_additions(
    lot: simulator.Lot,
    definitions: Sequence[simulator.Definition],
    *,
    datasets: Mapping[str, simulator.Dataset],
) -> None:
    """Hold the mocks that the lot's orders add against each other, as a tower would.

    Raises:
        CannotStart: A dataset has too few rows for them, or two mocks would have one id.
    """
    if not lot.additions:
        return
    parts = [(each, part.count) for each, part in zip(definitions, lot.parts, strict=True)]
    for found in simulator.lot_problems(
        parts, speech=lot.target.speech, datasets=datasets, seed=lot.seed, more=lot.additions
    ):
        name = lot.parts[found.part].name
        raise CannotStart(f"The lot grows to {lot.most_mocks:,} mocks. {name}: {found}.")


def held_definitions(
    lot: Lot, parts: Sequence[LotPart], *, seed: int
) -> list[simulator.Definition]:
    """Return the parts' definitions as their documents say it now.

    Raises:
        CannotStart: One has errors, or cannot run in this lot; the first thing is told.
    """
    with failures_in_words():
        held = refusals.held(lot.workspace, parts, target=lot.target, seed=seed)
    if held.refusals:
        raise CannotStart(held.refusals[0].text)
    return held.definitions


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
