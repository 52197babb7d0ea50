"""What stores the chunks of a tower: several at once, for most of what storing costs is a call's.

Rule: called in the writer's thread alone; may take its time.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from simulator.recording.chunks import Chunk


class Store(Protocol):
    """Where chunks go."""

    def put(self, chunks: Sequence[Chunk]) -> Sequence[Exception | None]:
        """Store chunks, at least one, each of another shard.

        Returns:
            What went wrong with each; None: it is stored. ``StaleLease`` means never again for that
            shard; after anything else it is tried again, so that doing it twice changes nothing.
        """
        ...

    def close(self) -> None:
        """Let go of what the thread holds; called at its end."""
        ...


class OneByOne:
    """A store of a function that stores one chunk, and raises where that failed."""

    def __init__(self, write: Callable[[Chunk], None]) -> None:
        self._write = write

    def put(self, chunks: Sequence[Chunk]) -> list[Exception | None]:
        """Store each, whatever became of the others."""
        return [self._tried(chunk) for chunk in chunks]

    def close(self) -> None:
        """Nothing is held."""

    def _tried(self, chunk: Chunk) -> Exception | None:
        try:
            self._write(chunk)
        except Exception as error:  # noqa: BLE001 (the store is the caller's: sending goes on)
            return error
        return None
