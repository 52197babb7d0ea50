"""ZIP archives of a credential table: one CSV file, and the certificates and keys that it names.

Rule: nothing is unpacked beyond its limit, whatever the archive says of itself; nothing touches a
disk, so a path in it can lead nowhere.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from simulator.credentials.table import MAX_ROWS
from simulator.datasets import MAX_BYTES
from simulator.errors import DatasetError

MAX_ENTRIES = 2 * MAX_ROWS + 100  # a certificate and a key for each row, and what else lies there
MAX_CSV = MAX_BYTES
MAX_FILE = 64 * 1024  # bytes of a certificate with its chain, or of a key; 10 of them fit in
MAX_UNPACKED = 400_000_000  # bytes in all; 100,000 certificates with RSA keys are some 300 MB
# A table with the same words in each row shrinks to a fiftieth; zeros, as in a bomb, to a
# thousandth (the most that deflate can do is 1,032).
MAX_RATIO = 200
SMALL = 1_000_000  # bytes below which the ratio does not matter
_JUNK = ("__MACOSX/",)  # what macOS puts beside the files
_METHODS = (ZIP_STORED, ZIP_DEFLATED)  # what everybody's tools write
# What zipfile raises for archives that are spoilt, as fuzzing found; besides its own error.
_BROKEN = (
    BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError, OSError, ValueError,
    LookupError, OverflowError, RuntimeError,
)  # fmt: skip
_ENCRYPTED = 0x1  # general purpose bit 0; APPNOTE.TXT 4.4.4


@dataclass(frozen=True, slots=True)
class Archive:
    """What was in a ZIP: its one table, and the other files by their path, not read yet."""

    table: str  # path of the CSV file
    contents: bytes = field(repr=False)
    files: "Files" = field(repr=False)


class Files(Mapping[str, bytes]):
    """The files beside the table, by their path in the archive; read when asked for.

    Raises DatasetError for one that is too large or broken.
    """

    def __init__(self, archive: ZipFile, entries: Mapping[str, ZipInfo]) -> None:
        self._archive = archive
        self._entries = entries

    def __getitem__(self, path: str) -> bytes:
        return _read(self._archive, self._entries[path], most=MAX_FILE)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def open_archive(name: str, data: bytes) -> Archive:
    """Return the table and the files of a ZIP archive.

    Raises:
        DatasetError: It is no ZIP, is encrypted, beyond a limit, or has not exactly one CSV file.
    """
    try:
        archive = ZipFile(BytesIO(data))
        entries = _entries(name, archive)
        tables = [path for path in entries if path.lower().endswith(".csv")]
        if len(tables) != 1:
            raise DatasetError(
                f"{name}: the archive must hold one CSV file, it holds {len(tables)}"
            )
        contents = _read(archive, entries.pop(tables[0]), most=MAX_CSV)
    except _BROKEN as error:
        raise DatasetError(f"{name}: not a ZIP archive that can be read: {error}") from None
    return Archive(tables[0], contents, Files(archive, entries))


def is_archive(data: bytes) -> bool:
    """Whether the bytes begin as a ZIP archive does; APPNOTE.TXT 4.3.7."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def _entries(name: str, archive: ZipFile) -> dict[str, ZipInfo]:
    """Return the files of an archive by their path, held against all limits."""
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise DatasetError(f"{name}: an archive may hold {MAX_ENTRIES:,} files, it has more")
    entries: dict[str, ZipInfo] = {}
    for info in infos:
        if info.is_dir() or info.filename.startswith(_JUNK) or _is_hidden(info.filename):
            continue
        _check(name, info)
        if info.filename in entries:
            raise DatasetError(f"{name}: the file {info.filename!r} is in the archive twice")
        entries[info.filename] = info
    if sum(info.file_size for info in entries.values()) > MAX_UNPACKED:
        raise DatasetError(f"{name}: an archive may unpack to {MAX_UNPACKED:,} bytes, it has more")
    return entries


def _check(name: str, info: ZipInfo) -> None:
    path = info.filename
    if info.flag_bits & _ENCRYPTED:
        raise DatasetError(f"{name}: {path!r} is encrypted; archives are taken without a password")
    if info.compress_type not in _METHODS:
        raise DatasetError(f"{name}: {path!r} is packed in an unusual way; pack it with deflate")
    most = MAX_CSV if path.lower().endswith(".csv") else MAX_FILE
    if info.file_size > most:
        raise DatasetError(f"{name}: {path!r} may have {most:,} bytes, it has {info.file_size:,}")
    if info.file_size > SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size):
        raise DatasetError(
            f"{name}: {path!r} shrank to less than 1/{MAX_RATIO} of its {info.file_size:,} bytes, "
            "no table does"
        )


def _is_hidden(path: str) -> bool:
    return PurePosixPath(path).name.startswith(".")


def _read(archive: ZipFile, info: ZipInfo, *, most: int) -> bytes:
    """Return a file; no more than ``most`` bytes are unpacked, whatever its entry says."""
    try:
        with archive.open(info) as file:
            contents = file.read(most + 1)
    except _BROKEN as error:
        raise DatasetError(f"{info.filename!r} cannot be unpacked: {error}") from None
    if len(contents) > most:
        raise DatasetError(f"{info.filename!r} may have {most:,} bytes, it has more")
    return contents
