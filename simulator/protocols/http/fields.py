"""Headers of a request as they may be written.

Rule: whatever could split a line, or say where a message ends, is refused before a byte is written,
and no text of a refusal holds a value.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping

from simulator.errors import DefinitionError

MAX_HEADER_VALUE = 8_192  # bytes; the default limit of nginx, and of Apache, for one line

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, section 5.6.2
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\U0010ffff]*")  # RFC 9110, section 5.5
_OURS = {"content-length", "transfer-encoding", "connection", "expect", "upgrade", "te", "trailer"}


def checked_name(name: str) -> str:
    """Return the name of a header that somebody gave.

    Raises:
        DefinitionError: it is none, or one that the simulator writes itself.
    """
    if not _TOKEN.fullmatch(name):
        raise DefinitionError(f"header name must be letters, digits and -, got {name[:40]!r}")
    if name.lower() in _OURS:
        raise DefinitionError(f"header {name} is set by the simulator, leave it out")
    return name


def checked_value(name: str, value: str) -> str:
    """Return the value of a header that somebody gave.

    Raises:
        DefinitionError: it is not one line, or too long.
    """
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise DefinitionError(f"header {name} has a character that UTF-8 cannot carry") from None
    if not _VALUE.fullmatch(value) or value != value.strip():
        raise DefinitionError(f"header {name} must be one line of text without blanks around it")
    if size > MAX_HEADER_VALUE:
        raise DefinitionError(f"header {name} must have at most {MAX_HEADER_VALUE} bytes")
    return value


def lines(fields: Iterable[tuple[str, str]]) -> str:
    """Return headers as they are written, each line with its end. Raises DefinitionError."""
    return "".join(f"{name}: {checked_value(name, value)}\r\n" for name, value in fields)


def set_field(fields: dict[str, str], name: str, value: str) -> None:
    """Set a header, whatever the case of the name that it replaces. Raises DefinitionError."""
    checked_name(name)
    for known in fields:
        if known.lower() == name.lower():
            fields[known] = value
            return
    fields[name] = value


def has_field(fields: Mapping[str, str], name: str) -> bool:
    """Whether the header is among them, whatever the case; ``name`` is in lower case."""
    return any(known.lower() == name for known in fields)


def authorization(username: str, password: str, token: str) -> str:
    """Return the value of ``Authorization`` for what there is; empty for nothing.

    Raises:
        DefinitionError: a token that no header can carry, a user name with a colon.
    """
    if token:
        if not _VALUE.fullmatch(token) or token != token.strip():
            raise DefinitionError("token must be one line of text")
        return f"Bearer {token}"
    if not username and not password:
        return ""
    if ":" in username:
        raise DefinitionError("user name must not have a colon (RFC 7617, section 2)")
    return "Basic " + b64encode(f"{username}:{password}".encode(errors="replace")).decode()
