"""Closing frames: their codes, in words.

Rule: what the far side says of its reason is shown, but never as more than one short line.
"""

from simulator.errors import ProtocolViolation

NORMAL = 1000
NO_CODE = 1005  # never on the wire: the frame was empty
ABNORMAL = 1006  # never on the wire: there was no frame
VIOLATION = 1002
NOT_TEXT = 1007

_WORDS = {  # RFC 6455, section 7.4.1, and its registry at IANA
    1000: "normal closure",
    1001: "going away",
    1002: "protocol error",
    1003: "unsupported data",
    1007: "invalid payload data",
    1008: "policy violation",
    1009: "message too big",
    1010: "an extension is missing",
    1011: "internal error",
    1012: "service restarts",
    1013: "try again later",
    1014: "bad gateway",
}
_FREE = range(3000, 5000)  # for libraries and applications, section 7.4.2


def close_reason(code: int, text: str = "") -> str:
    """Return a close code in words: ``policy violation (1008): token expired``."""
    words = _WORDS.get(code, "")
    named = f"{words} ({code})" if words else f"code {code}"
    if code == NO_CODE:
        named = "no code"
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return f"{named}: {shown}" if shown else named


def encode_close(code: int) -> bytes:
    """Return the payload of a closing frame without a text (section 5.5.1)."""
    return code.to_bytes(2)


def decode_close(payload: bytes) -> tuple[int, str]:
    """Return code and text of a closing frame; ``NO_CODE`` of an empty one.

    Raises:
        ProtocolViolation: a code that may not be on the wire, or a text that is not UTF-8.
    """
    if not payload:
        return NO_CODE, ""
    if len(payload) < 2:
        raise ProtocolViolation("WebSocket: a closing frame with half a code")
    code = int.from_bytes(payload[:2])
    if not (code in _WORDS or code in _FREE):
        raise ProtocolViolation(f"WebSocket: a closing frame with code {code}, which is none")
    try:
        return code, payload[2:].decode()
    except UnicodeDecodeError:
        raise ProtocolViolation("WebSocket: the text of a closing frame is not UTF-8") from None
