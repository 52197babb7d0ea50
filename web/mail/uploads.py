"""Reads what the mail service posts of a mail, without its attachments."""

from collections.abc import Mapping
from hashlib import sha256
from io import BufferedIOBase
from typing import Any

import orjson
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser

MOST_BYTES = (
    10_000_000  # of a whole mail, attachments and all: these are read past and kept nowhere
)
RAW = "latin-1"  # takes any byte and gives it back
PIECE = 65_536  # bytes that are read at once


class Passed(FileUploadHandler):
    """Reads a file past: neither memory nor disk sees it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002
        return None

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002
        return None


class Posted(BufferedIOBase):
    """A body that is read once, and digested on the way, so that its signature can be checked."""

    def __init__(self, request: HttpRequest, *, timestamp: str) -> None:
        self._request = request
        self._digest = sha256(timestamp.encode())

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to ``size`` bytes, some without it; none at its end."""
        data = self._request.read(PIECE if size is None or size < 0 else size)
        self._digest.update(data)
        return data

    def digest(self) -> bytes:
        """Return the SHA-256 of the time and the whole body, whatever of it was read so far."""
        while self.read():
            pass
        return self._digest.digest()


def fields_of(request: HttpRequest, posted: Posted) -> dict[str, str]:
    """Return the text fields of a posted mail, each in the character set that it came in.

    Raises:
        MultiPartParserError: It is no form with parts.
        TooManyFieldsSent, RequestDataTooBig: It has more text than a form may have.

    Source: ``charsets`` is JSON that names the set of each field; what is not named is UTF-8.
    """
    parser = MultiPartParser(request.META, posted, [Passed(request)], RAW)
    found, _ = parser.parse()
    known = {name: str(value).encode(RAW) for name, value in found.items()}
    charsets = _charsets(known.get("charsets", b""))
    return {name: _decoded(value, charsets.get(name, "utf-8")) for name, value in known.items()}


def _charsets(said: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(said)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _decoded(value: bytes, charset: Any) -> str:
    try:
        return value.decode(str(charset), errors="replace")
    except LookupError:
        return value.decode("utf-8", errors="replace")
