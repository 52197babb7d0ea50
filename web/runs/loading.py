"""From leases to what the engine takes: reads ``lot.json`` and datasets, opens the secrets.

Rule: runs in a thread of the tower's process; what was read for one shard serves the run's others.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

import simulator
from web.datasets.tables import dataset_at
from web.platform import secrets, storage
from web.runs.leasing import Lease
from web.runs.models import Run
from web.targets.actions import credentials, opened, table


class CannotLoad(Exception):
    """The shard cannot be run by any tower; the text is the reason, a sentence."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A run as its tower knows it. ``start`` is the Unix time of t = 0."""

    run: Run
    start: float
    lot: simulator.Lot
    datasets: dict[str, simulator.Dataset]
    secrets: simulator.Credentials
    table: simulator.CredentialTable | None


class Shelf:
    """The runs that a tower works on, each loaded once."""

    def __init__(self) -> None:
        self._runs: dict[int, Loaded] = {}

    def loaded(self, run_id: int) -> Loaded:
        """Return a run, from the object store the first time.

        Raises:
            CannotLoad: What is stored cannot be used; trying again changes nothing.
            StorageUnavailable: The object store does not answer.
        """
        if run_id not in self._runs:
            self._runs[run_id] = load(Run.objects.select_related("workspace").get(id=run_id))
        return self._runs[run_id]

    def keep(self, run_ids: Iterable[int]) -> None:
        """Forget all other runs: datasets may be large."""
        wanted = set(run_ids)
        self._runs = {run: loaded for run, loaded in self._runs.items() if run in wanted}


def load(run: Run) -> Loaded:
    """Read everything that the towers of a run need; raises as :meth:`Shelf.loaded` does."""
    assert run.started_at is not None  # set with its first lease
    try:
        lot = simulator.Lot.model_validate_json(storage.get(run.lot_key))
        datasets = {name: dataset_at(name, key) for name, key in lot.datasets.items()}
        known, dealt = credentials(lot.target.secrets), table(lot.target)
        lot = lot.model_copy(update={"target": opened(lot.target)})
    except storage.ObjectMissing as error:
        raise CannotLoad("What the run needs is not in the object store any more.") from error
    except simulator.DatasetError as error:
        raise CannotLoad(f"A dataset cannot be read: {error}.") from error
    except ValidationError as error:
        raise CannotLoad("The snapshot of the lot is of another version. Start again.") from error
    except secrets.SealBroken as error:
        raise CannotLoad(
            "The target's secrets, or its credential table, cannot be opened with this "
            "installation's keys. Enter them again."
        ) from error
    return Loaded(run, run.started_at.timestamp(), lot, datasets, known, dealt)


def assignment(
    lease: Lease, loaded: Loaded, resume: simulator.Resume | None = None
) -> simulator.Assignment:
    """Return what the engine takes for one lease; ``resume``: what another tower left of it."""
    if lease.first >= loaded.lot.mocks:
        loaded.run.refresh_from_db(fields=["additions"])  # it may have grown since it was read
    return simulator.Assignment(
        shard=lease.name,
        lot=loaded.lot,
        part=lease.part,
        first=lease.first,
        count=lease.count,
        epoch=loaded.start,
        datasets=loaded.datasets,
        secrets=loaded.secrets,
        table=loaded.table,
        addition=_addition_at(loaded.run, lease.first),
        resume=resume,
    )


def _addition_at(run: Run, first: int) -> simulator.Addition | None:
    """Return the addition that a run's mock belongs to; None: it is one of the lot's."""
    around = (each for each in run.additions if 0 <= first - each["first"] < each["count"])
    found = next(around, None)
    return simulator.Addition(**found) if found else None
