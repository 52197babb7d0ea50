"""Codes of requests and responses, as bytes and in words.

Rule: what a server answers becomes one short sentence, so that equal failures group.
Source: RFC 7252, section 12.1; RFC 7959, section 2.9; RFC 8132, section 6; RFC 8516, section 3.
"""

EMPTY = 0
GET = 1
METHODS = {"POST": 2, "PUT": 3, "PATCH": 6}
CONTINUE = 0x5F  # 2.31
REQUEST_TOO_LARGE = 0x8D  # 4.13

MAX_DIAGNOSTIC = 200  # characters of what a server has to say about an error

_NAMES = {
    (2, 1): "Created", (2, 2): "Deleted", (2, 3): "Valid", (2, 4): "Changed", (2, 5): "Content",
    (2, 31): "Continue",
    (4, 0): "Bad Request", (4, 1): "Unauthorized", (4, 2): "Bad Option", (4, 3): "Forbidden",
    (4, 4): "Not Found", (4, 5): "Method Not Allowed", (4, 6): "Not Acceptable",
    (4, 8): "Request Entity Incomplete", (4, 9): "Conflict", (4, 12): "Precondition Failed",
    (4, 13): "Request Entity Too Large", (4, 15): "Unsupported Content-Format",
    (4, 22): "Unprocessable Entity", (4, 29): "Too Many Requests",
    (5, 0): "Internal Server Error", (5, 1): "Not Implemented", (5, 2): "Bad Gateway",
    (5, 3): "Service Unavailable", (5, 4): "Gateway Timeout", (5, 5): "Proxying Not Supported",
    (5, 8): "Hop Limit Reached",
}  # fmt: skip


def is_success(code: int) -> bool:
    """Return whether a response says that the request was carried out."""
    return code >> 5 == 2


def words(code: int) -> str:
    """Return a response code as people write it: ``4.04 Not Found``."""
    kind, detail = code >> 5, code & 0x1F
    return f"{kind}.{detail:02d} {_NAMES.get((kind, detail), '')}".rstrip()


def reason(code: int, payload: bytes) -> str:
    """Return why a message failed; ``""`` when it did not.

    The payload of an error is its diagnostic, UTF-8 (RFC 7252, section 5.5.2).
    """
    if is_success(code):
        return ""
    said = payload[: 4 * MAX_DIAGNOSTIC].decode(errors="replace")
    said = "".join(each if each.isprintable() else " " for each in said)
    said = " ".join(said.split())[:MAX_DIAGNOSTIC]
    return f"CoAP {words(code)}: {said}" if said else f"CoAP {words(code)}"
