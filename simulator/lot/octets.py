r"""Bytes as a document has them: text, with escapes for what no text can hold.

Rule: ``\n``, ``\r``, ``\t``, ``\0``, ``\\`` and ``\xNN`` are those of every language; what is not
escaped stands for itself, in UTF-8.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from simulator.lot.base import MAX_TEXT

_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|.|\Z)", re.DOTALL)
_MEANT = {"n": b"\n", "r": b"\r", "t": b"\t", "0": b"\0", "\\": b"\\"}


def octets(text: str) -> bytes:
    """Return the bytes that a text says.

    Raises:
        ValueError: An escape that there is not.
    """
    pieces, at = [], 0
    for found in _ESCAPE.finditer(text):
        pieces += [text[at : found.start()].encode(errors="replace"), _meant(found[1])]
        at = found.end()
    return b"".join([*pieces, text[at:].encode(errors="replace")])


def _meant(escape: str) -> bytes:
    if len(escape) == 3:
        return bytes.fromhex(escape[1:])
    if escape not in _MEANT:
        raise ValueError(f"an escape is \\n, \\r, \\t, \\0, \\\\ or \\xNN, got \\{escape}")
    return _MEANT[escape]


def _checked(text: str) -> str:
    octets(text)
    return text


Octets = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_checked)]
