"""Runs that are going on at the same broker, with mocks of the same client ids.

A broker lets each client id in once, and throws out whoever came with it before; so the mocks of
two such runs throw each other out, again and again.

Rule: what a run's client ids were is kept beside its ``lot.json``, as hashes; whoever starts the
next run holds its own against them.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from web.lots.models import Lot
from web.platform import storage
from web.runs.models import LIVE, Run
from web.runs.snapshot import CannotStart, snapshot_of

logger = logging.getLogger(__name__)

HASH = 8  # bytes of each; two of 100,000 ids are alike by chance once in 4 billion times
MOST = 20  # live runs of one workspace at one address that are looked at
REMEMBERED = 32  # runs, 400 kB each of 50,000 mocks

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Rival:
    """A live run, and how many of its mocks have a client id that is wanted again."""

    run: Run
    mocks: int


class WouldCollide(CannotStart):
    """The mocks would throw out those of live runs, and these them; nothing was made."""

    def __init__(self, rivals: list[Rival]) -> None:
        names = ", ".join(f"“{rival.run}”" for rival in rivals)
        super().__init__(f"Mocks of {names} have the same client ids at the same broker.")
        self.rivals = rivals


def keep(run: Run, client_ids: Iterable[str]) -> None:
    """Note a run's client ids for those that start later; nothing where there are none.

    Raises:
        StorageUnavailable: The object store does not answer.
    """
    hashes = hashed(client_ids)
    if len(hashes):
        storage.put(key(run), hashes.tobytes(), content_type="application/octet-stream")


def rivals_of(lot: Lot, client_ids: Iterable[str]) -> list[Rival]:
    """Return the live runs that mocks of these client ids would collide with, newest first."""
    neighbours = neighbours_of(lot)
    mine = hashed(client_ids) if neighbours else hashed(())
    shared = [(run, len(np.intersect1d(mine, kept(run), True))) for run in neighbours]
    return [Rival(run, count) for run, count in shared if count]


def rivals_of_lot(lot: Lot) -> list[Rival]:
    """Return the live runs that the lot would collide with if it were started now.

    What keeps it from starting at all is told when it is started, and not here.
    """
    if not neighbours_of(lot):
        return []
    try:
        return rivals_of(lot, snapshot_of(lot, run=uuid4()).client_ids)
    except CannotStart:
        return []


def neighbours_of(lot: Lot) -> list[Run]:
    """Return the workspace's live runs at the broker that the lot is for, newest first."""
    if not lot.target.is_mqtt:
        return []
    place = lot.target.address.partition("://")[2]  # over whichever transport
    runs = Run.objects.filter(
        workspace=lot.workspace, state__in=LIVE, deleted=None, target__endswith=f"://{place}"
    )
    return list(runs.select_related("workspace").order_by("-created")[:MOST])


def key(run: Run) -> str:
    """Return the key of the hashes of a run's client ids; another one once it has grown."""
    return f"{run.prefix}client-ids{f'-{run.mocks}' if run.additions else ''}"


def hashed(client_ids: Iterable[str]) -> Hashes:
    """Return the hashes of texts, each once, in order."""
    digests = b"".join(blake2b(each.encode(), digest_size=HASH).digest() for each in client_ids)
    return np.unique(np.frombuffer(digests, dtype=np.uint64))


def kept(run: Run) -> Hashes:
    """Return the hashes that :func:`keep` wrote; none where they are out of reach."""
    try:
        return _read(key(run))
    except (storage.ObjectMissing, storage.StorageUnavailable) as error:
        logger.warning("client ids of a run are not known", extra={"reason": str(error)})
        return hashed(())


@lru_cache(maxsize=REMEMBERED)
def _read(name: str) -> Hashes:
    return np.frombuffer(storage.get(name), dtype=np.uint64)
