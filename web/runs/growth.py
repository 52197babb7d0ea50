"""Mocks that a live run is given beyond what it has: whether they can be, and their shards.

Rule: what no tower could run is refused before there is a row. The rows are the truth, and
``lot.json`` stays what the run began with.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import time
from typing import Any

from django.db import transaction
from django.db.models import Max

import simulator
from web.platform import storage
from web.runs import jobs, rivals
from web.runs.cutting import cut, pieces_of
from web.runs.loading import CannotLoad, Loaded, load
from web.runs.models import Run, Shard

TOO_MANY = f"A run has at most {simulator.MAX_MOCKS:,} mocks. Say that many or fewer."
TOO_OFTEN = "The run has grown too often to grow on. Start another one beside it."
NO_STORAGE = (
    "The object store does not answer, so nobody can tell whether more mocks can run. "
    "Try again in a minute."
)
MEANWHILE = "The run has grown meanwhile. Look how many mocks it has, and say again how many."


class CannotGrow(Exception):
    """The run keeps its size; the text is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What a run is to have more of, as it was found to be possible."""

    lot: simulator.Lot
    size: int  # mocks of the run before
    additions: Sequence[simulator.Addition]
    client_ids: tuple[str, ...]  # of all its mocks then, where the target is a broker


def planned(run: Run, mocks: int) -> Growth | None:
    """Return what a run needs beyond what it has to be of so many mocks; None: nothing.

    Reads the run's snapshot and its datasets; about 0.5 s for 50,000 mocks.

    Raises:
        CannotGrow: A tower would refuse them, or the run has grown too often.
    """
    if mocks <= run.mocks:
        return None
    if mocks > simulator.MAX_MOCKS:
        raise CannotGrow(TOO_MANY)
    try:
        loaded = load(run)
    except CannotLoad as error:
        raise CannotGrow(str(error)) from error
    except storage.StorageUnavailable as error:
        raise CannotGrow(NO_STORAGE) from error
    counts = [part.count for part in loaded.lot.parts]
    # However often it grew: with so many mocks each part has the same number of them.
    new = [e for e in simulator.additions(counts, [run.mocks, mocks]) if e.first >= run.mocks]
    if len(run.additions) + len(new) > simulator.MAX_ADDITIONS:
        raise CannotGrow(TOO_OFTEN)
    ids = _client_ids(loaded, [*(simulator.Addition(**each) for each in run.additions), *new])
    return Growth(loaded.lot, run.mocks, new, ids)


def grow(run: Run, growth: Growth) -> None:
    """Give a run its new mocks: shards that towers take as they take all others.

    To be called in the transaction that holds the run's row.

    Raises:
        CannotGrow: It has grown since this was planned, or the object store does not answer.
    """
    run.refresh_from_db(fields=["mocks", "additions"])
    if run.mocks != growth.size:
        raise CannotGrow(MEANWHILE)
    run.mocks += sum(each.count for each in growth.additions)
    run.additions = [*run.additions, *map(asdict, growth.additions)]
    run.save(update_fields=["mocks", "additions"])
    last = run.shards.aggregate(last=Max("number"))["last"]
    pieces = pieces_of(growth.additions)
    Shard.objects.bulk_create(cut(run, growth.lot, pieces, number=last + 1))
    try:
        rivals.keep(run, growth.client_ids)
    except storage.StorageUnavailable as error:
        raise CannotGrow(NO_STORAGE) from error
    transaction.on_commit(jobs.ask_for_tower)


def _client_ids(loaded: Loaded, more: Sequence[simulator.Addition]) -> tuple[str, ...]:
    """Return by what names a broker knows all mocks, those that there are to be more included.

    Raises:
        CannotGrow: A tower would refuse these.
    """
    lot = loaded.lot
    parts = [
        (simulator.parse_document(part.document, datasets=loaded.datasets), part.count)
        for part in lot.parts
    ]
    known: dict[str, Any] = {"datasets": loaded.datasets, "seed": lot.seed, "more": more}
    found = simulator.lot_problems(parts, speech=lot.target.speech, **known)
    called = simulator.roll_call(
        parts, target=lot.target, secrets=loaded.secrets, table=loaded.table, now=time(), **known
    )
    for each in (*found, *called.problems):
        raise CannotGrow(f"So many mocks cannot run. {lot.parts[each.part].name}: {each}.")
    return called.client_ids if lot.target.speech.is_mqtt else ()
