"""The path of a request, with its query, as it is written.

Rule: percent-encoded, in bounds, and without anything that could split a line.
"""

from functools import lru_cache
from urllib.parse import quote

from simulator.errors import DefinitionError

MAX_PATH = 8_000  # bytes; RFC 9112, section 3, asks servers to take at least that
PATHS_KEPT = 4_096  # encoded paths kept in memory, for one with {seq} in it must not fill it

_SAFE = "/?:@!$&'()*+,;=-._~%"  # RFC 3986, section 3.3, the query's ? and escapes as they are


@lru_cache(maxsize=PATHS_KEPT)
def target_path(prefix: str, path: str) -> bytes:
    """Return the request target for a message's path below the target's prefix.

    Blanks and what is not ASCII are percent-encoded; a ``%`` is taken for an escape already made.

    Raises:
        DefinitionError: the path has a control character or a fragment, or is too long.
    """
    parts = [part for part in (prefix.strip("/"), path.lstrip("/")) if part]
    return encoded_path("/" + "/".join(parts))


def encoded_path(whole: str, encoding: str = "utf-8") -> bytes:
    """Return a whole path, which begins with a slash, as it is written. Raises DefinitionError."""
    if "#" in whole or any(ord(character) < 0x20 or character == "\x7f" for character in whole):
        raise DefinitionError(f"path must not have control characters or #, got {whole[:80]!r}")
    try:
        encoded = quote(whole, safe=_SAFE, encoding=encoding, errors="strict").encode()
    except UnicodeEncodeError:
        raise DefinitionError("path has a character that UTF-8 cannot carry") from None
    if len(encoded) > MAX_PATH:
        raise DefinitionError(f"path must have at most {MAX_PATH} bytes, got {len(encoded)}")
    return encoded
