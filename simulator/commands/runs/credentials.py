"""The credential table of a run on the command line: a file, and whose row is whose.

Rule: read and checked whole before anything is sent; certificates are held against this machine's
clock.
"""

import time
from dataclasses import replace
from pathlib import Path

from simulator.commands.runs.job import Job
from simulator.credentials import CredentialTable, read_credentials
from simulator.datasets import MAX_BYTES
from simulator.errors import DefinitionError
from simulator.lot import Deal

DEALS = ("order", "key", "round-robin")


def with_credentials(job: Job, *, file: Path | None, deal: str | None, folder: Path) -> Job:
    """Return the job with its credential table.

    Args:
        file: The table; None: the one that the lot's target names, where it names one.
        deal: One of ``DEALS``; None: as the lot says, or in order.
        folder: Where the table lies that the lot's target names.

    Raises:
        DefinitionError: There is no such file, or every problem of the table at its row.
    """
    said = job.lot.target.deal
    if file is None and said is None:
        if deal is not None:
            raise DefinitionError("--deal belongs to --credentials, which is not given")
        return job
    path = file or folder / (said.table if said else "")
    changes = {"table": path.name} | ({"by": deal.replace("-", "_")} if deal else {})
    dealt = said.model_copy(update=changes) if said else Deal.model_validate(changes)
    target = job.lot.target.model_copy(update={"deal": dealt})
    return replace(job, lot=job.lot.model_copy(update={"target": target}), table=_table(path))


def _table(path: Path) -> CredentialTable:
    try:
        with path.open("rb") as file:
            contents = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be read: {error.strerror}") from None
    return read_credentials(path.name, contents, now=time.time())
