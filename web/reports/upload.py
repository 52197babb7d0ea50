"""Streams what is being made to the object store: one thread makes, one sends, little waits.

Rule: the maker's thread is the caller's, so that the database stays with it.
"""

import io
from collections.abc import Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread

from web.platform import storage

WAITING = 8  # blocks between the two; of some MB each
ENDED_WITHIN = 600.0  # s that the last pieces may take; each has the store's own limits
LOOK_EVERY = 0.5  # s; how soon one side notices that the other has given up


class Overtaken(Exception):
    """What is being made is not wanted any more."""


class Pipe(io.RawIOBase):
    """A file that is read while it is written. ``close`` on either side ends the other's wait."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: Queue[bytes | None] = Queue(WAITING)
        self._rest = b""
        self._is_broken = Event()
        self._is_over = False

    def readable(self) -> bool:
        return True

    def feed(self, block: bytes | None) -> bool:
        """Hand over a block, None at the end; False when nobody reads any more."""
        while not self._is_broken.is_set():
            try:
                self._blocks.put(block, timeout=LOOK_EVERY)
            except Full:
                continue
            return True
        return False

    def abandon(self) -> None:
        """Say that nothing more is read, or nothing more comes."""
        self._is_broken.set()

    def read(self, length: int = -1) -> bytes:
        """Return up to ``length`` bytes, fewer only at the end.

        Raises:
            Overtaken: The maker gave up; what was sent must not become an object.
        """
        pieces, missing = [], length if length >= 0 else float("inf")
        while missing > 0 and (block := self._rest or self._next()):
            piece = block if missing >= len(block) else block[: int(missing)]
            self._rest = block[len(piece) :]
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def _next(self) -> bytes:
        while not self._is_over:
            try:
                block = self._blocks.get(timeout=LOOK_EVERY)
            except Empty:
                if self._is_broken.is_set():
                    raise Overtaken("the maker gave up") from None
                continue
            if block:
                return block
            self._is_over = block is None
        return b""


def upload(key: str, blocks: Iterator[bytes], *, content_type: str) -> int:
    """Write an object from ``blocks``; return its size in bytes. Nothing is left of a failure.

    Raises:
        StorageUnavailable: The object store does not answer.
        BaseException: Whatever ``blocks`` raises; the upload is aborted.
    """
    pipe, errors, size = Pipe(), list[BaseException](), 0

    def send() -> None:
        try:
            storage.put_file(key, pipe, content_type=content_type)  # type: ignore[arg-type]
        except BaseException as error:  # noqa: BLE001 (handed to the caller's thread)
            errors.append(error)
        finally:
            pipe.abandon()

    sender = Thread(target=send, name="report-upload", daemon=True)
    sender.start()
    try:
        for block in blocks:
            size += len(block)
            if not pipe.feed(block):
                break
        pipe.feed(None)
    except BaseException:
        pipe.abandon()
        sender.join(ENDED_WITHIN)
        raise
    sender.join(ENDED_WITHIN)
    if sender.is_alive():
        raise storage.StorageUnavailable("the object store does not end an upload")
    if errors:
        raise errors[0]
    return size
