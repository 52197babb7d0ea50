"""HTTP headers as people type them, one ``Name: value`` a line, and back.

Rule: a header that could smuggle a second one, or that the engine writes itself, is refused.
"""

import re
from collections.abc import Mapping

MOST = 50  # simulator.Target takes no more
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2: token
VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # RFC 9110, 5.5: field-value
LONGEST_VALUE = 4_000  # characters; servers refuse heads above 8 kB
OURS = frozenset(  # written by the engine for each request
    ("host", "content-length", "transfer-encoding", "connection", "authorization", "upgrade", "te")
)


class HeaderError(ValueError):
    """A line is no header; the text names the line and is a sentence for its author."""


def parse(text: str) -> dict[str, str]:
    """Return the headers of ``text`` in their order; empty lines are skipped.

    Raises:
        HeaderError: A line is no header, comes twice or is the engine's, or there are too many.
    """
    headers: dict[str, str] = {}
    lines = re.split(r"\r\n|\n|\r", text)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            name, value = _header(line, number)
            if name.lower() in (known.lower() for known in headers):
                raise HeaderError(f"Line {number}: the header {name} stands here twice.")
            headers[name] = value
    if len(headers) > MOST:
        raise HeaderError(f"At most {MOST} headers, got {len(headers)}.")
    return headers


def text_of(headers: Mapping[str, str]) -> str:
    """Return ``headers`` as a form shows them, one a line."""
    return "\n".join(f"{name}: {value}" for name, value in headers.items())


def _header(line: str, number: int) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    name, value = name.strip(), value.strip()
    if not colon:
        raise HeaderError(f"Line {number}: write it as “Name: value”.")
    if not NAME.fullmatch(name):
        raise HeaderError(f"Line {number}: “{name[:40]}” is not a header's name.")
    if not VALUE.fullmatch(value):
        raise HeaderError(f"Line {number}: the value of {name} holds a character no header may.")
    if len(value) > LONGEST_VALUE:
        raise HeaderError(
            f"Line {number}: the value of {name} is longer than {LONGEST_VALUE} characters."
        )
    if name.lower() in OURS:
        raise HeaderError(f"Line {number}: {name} is written by Mocklot; leave it out.")
    return name, value
