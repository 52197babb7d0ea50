"""Uploaded files: tables to replay or to drive along, and schemas that messages are written by.

Rule: a file is taken whole or refused by name and place; no row is skipped in silence.
"""

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import BinaryIO

from simulator.datasets.dataset import MAX_BYTES, CellType, Dataset, Kind
from simulator.datasets.schema import read_avsc, read_proto
from simulator.datasets.shapes import read_geojson
from simulator.datasets.table import read_csv
from simulator.datasets.track import read_gpx
from simulator.errors import DatasetError

__all__ = ["ENDINGS", "MAX_BYTES", "CellType", "Dataset", "Kind", "read_csv", "read_dataset"]
__all__ += ["read_avsc", "read_geojson", "read_gpx", "read_proto"]

# What can be uploaded, by the ending of its name.
ENDINGS: dict[str, Callable[[str, bytes | BinaryIO], Dataset]] = {
    ".csv": read_csv,
    ".gpx": read_gpx,
    ".geojson": read_geojson,
    ".proto": read_proto,
    ".avsc": read_avsc,
}


def read_dataset(name: str, data: bytes | BinaryIO) -> Dataset:
    """Read an uploaded file by the ending of its name.

    Args:
        name: The file's name as definitions say it, ``van-7.gpx``; case does not matter to its
            ending.
        data: Its contents, or a binary stream at its beginning, which is left open.

    Raises:
        DatasetError: The ending is none of ``ENDINGS``, or the file cannot be used; the text names
            the file and the place in it.
    """
    read = ENDINGS.get(PurePosixPath(name).suffix.lower())
    if read is None:
        *others, last = ENDINGS
        allowed = f"{', '.join(others)} or {last}"
        raise DatasetError(f"{name}: the name of a dataset must end in {allowed}")
    return read(name, data)
