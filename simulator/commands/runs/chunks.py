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
    """Make a folder for the chunks of one run.

    Raises:
        DefinitionError: It cannot be made, or has chunks: those of two runs cannot be told apart.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DefinitionError(f"{folder}: cannot be made: {error.strerror}") from None
    if any(folder.glob("*.parquet")):
        raise DefinitionError(f"{folder}: has the log of a run already, give each run its own")


def _write(folder: Path, chunk: Chunk) -> None:
    path = folder / f"{chunk.shard}-{chunk.number:05d}.parquet"
    half = path.with_suffix(".part")
    half.write_bytes(chunk.data)
    half.replace(path)
