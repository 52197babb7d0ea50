"""Chunks of records as files of a folder.

Rule: a file appears whole, under its own name, or not at all.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from simulator.errors import DefinitionError
from simulator.recording import Chunk


def writer_to(folder: Path | None) -> Callable[[Chunk], None] | None:
    """Return what stores a chunk in the folder; None keeps no records."""
    return partial(_write, folder) if folder else None


def make_folder(folder: Path) -> None:
    """Make a folder for chunks. Raises DefinitionError when it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DefinitionError(f"{folder}: cannot be made: {error.strerror}") from None


def _write(folder: Path, chunk: Chunk) -> None:
    path = folder / f"{chunk.shard}-{chunk.number:05d}.parquet"
    half = path.with_suffix(".part")
    half.write_bytes(chunk.data)
    half.replace(path)
