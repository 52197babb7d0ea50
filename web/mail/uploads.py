"""Reads what the mail service posts of a mail, without its attachments."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

MOST_BYTES = (
    10_000_000  # of a whole mail, attachments and all: these are read past and kept nowhere
)
RAW = "latin-1"  # takes any byte and gives it back


class Passed(FileUploadHandler):
    """Reads a file past: neither memory nor disk sees it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002
        return None

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002
        return None


def fields_of(request: HttpRequest) -> dict[str, str]:
    """Return the text fields of a posted mail, each in the character set that it came in.

    Source: ``charsets`` is JSON that names the set of each field; what is not named is UTF-8.
    """
    request.upload_handlers = [Passed(request)]
    request.encoding = RAW
    posted = {name: str(value).encode(RAW) for name, value in request.POST.items()}
    charsets = _charsets(posted.get("charsets", b""))
    return {name: _decoded(value, charsets.get(name, "utf-8")) for name, value in posted.items()}


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
