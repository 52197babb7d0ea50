"""A workspace's datasets as the simulator takes them, fetched when a definition asks for one.

Rule: what is kept in memory is bounded, and is never stale, for an object is never written twice.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from threading import Lock

import simulator
from web.accounts.models import Workspace
from web.datasets import access, tables
from web.datasets.models import Upload
from web.platform import storage

MOST_KEPT = 32 * 1024 * 1024  # bytes of files whose tables stay in this process
MOST_WHOLE = 8 * 1024 * 1024  # bytes; of a larger CSV only the beginning is read here
BEGINNING = 1024 * 1024  # bytes, some 10,000 rows: more than a preview draws


class WorkspaceDatasets(Mapping[str, simulator.Dataset]):
    """The datasets in force, by the name that definitions use.

    Asking for a name that is not there raises KeyError; asking for one that is raises
    ``StorageUnavailable`` while the object store does not answer. Of a CSV beyond ``MOST_WHOLE``
    bytes there is only the beginning, good for checking and for a preview, not for a run; unless
    that has fewer than ``rows`` rows, for then all of them may count.
    ``instead`` are tables that stand in for those in force.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        instead: Mapping[str, simulator.Dataset] | None = None,
        rows: int = 0,
    ) -> None:
        self._uploads = access.uploads_in_force(workspace)
        self._instead = dict(instead or {})
        self._rows = rows

    def __getitem__(self, name: str) -> simulator.Dataset:
        if name in self._instead:
            return self._instead[name]
        upload = self._uploads[name]
        size, table = _kept(name, upload)
        if size < upload.size and table.rows < self._rows:
            table = simulator.read_dataset(name, storage.get(upload.key))
            self._instead[name] = table  # here alone: it is too large to be kept for others
        return table

    def __contains__(self, name: object) -> bool:
        return name in self._uploads  # without fetching the file

    def __iter__(self) -> Iterator[str]:
        return iter(self._uploads)

    def __len__(self) -> int:
        return len(self._uploads)


_tables: OrderedDict[str, tuple[int, simulator.Dataset]] = OrderedDict()  # key -> bytes, table
_lock = Lock()


def _kept(name: str, upload: Upload) -> tuple[int, simulator.Dataset]:
    """Return the bytes that were read of an upload and its table, which is kept while it fits."""
    with _lock:
        if upload.key in _tables:
            _tables.move_to_end(upload.key)
            return _tables[upload.key]
    size, table = _fetched(name, upload)
    with _lock:
        _tables[upload.key] = (size, table)
        while sum(kept for kept, _ in _tables.values()) > MOST_KEPT and len(_tables) > 1:
            _tables.popitem(last=False)
    return size, table


def _fetched(name: str, upload: Upload) -> tuple[int, simulator.Dataset]:
    if upload.key.endswith(tables.SEALED):
        return upload.size, tables.dataset_at(name, upload.key)
    if upload.size > MOST_WHOLE and name.endswith(".csv"):
        beginning = storage.get_range(upload.key, 0, BEGINNING)
        whole_lines = beginning[: beginning.rfind(b"\n") + 1]
        try:
            return len(whole_lines), simulator.read_dataset(name, whole_lines)
        except simulator.DatasetError:
            pass  # a quoted cell with line breaks was cut: only the whole file tells
    data = storage.get(upload.key)
    return len(data), simulator.read_dataset(name, data)
