"""Encodings of text files, brought to UTF-8.

Rule: a file that might be in two encodings is refused: a wrong guess would change its texts without
anybody noticing.
"""

import re

from simulator.errors import DatasetError

_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UTF_32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")

# What stands beside ASCII in Western European files: letters, and signs of units, money and text.
# In other 8-bit encodings bytes of the same values come in other company: Japanese and Chinese
# characters are two bytes each, Cyrillic and Greek words are such bytes throughout.
_SIGNS = "°±²³µ·€£§ª«»ºÀ-ÖØ-öø-ÿ‘’“”–—…‰™"
_ODD = re.compile(f"[^\\x00-\\x7f{_SIGNS}]")
_RUN = re.compile(r"[^\x00-\x7f]{3,}|[^\x00-\x7fß-öø-ÿ]{2,}")


def as_utf8(name: str, contents: bytes) -> bytes:
    """Return the text of a file in UTF-8.

    Raises:
        DatasetError: It is in an encoding that cannot be told for sure, or no text.
    """
    encoding = _UTF_16.get(contents[:2])
    if encoding and contents[:4] not in _UTF_32:
        return _converted(name, contents[2:], encoding)
    try:
        contents.decode("utf-8")
    except UnicodeDecodeError as error:
        return _western(name, contents, error.start)
    if (zero := contents.find(b"\0")) >= 0:
        line = contents.count(b"\n", 0, zero) + 1
        raise DatasetError(f"{name}: the file must be text, line {line} has a zero byte")
    return contents


def _converted(name: str, contents: bytes, encoding: str) -> bytes:
    try:
        text = contents.decode(encoding)
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{name}: the file must be UTF-8, or UTF-16 to its end; byte {error.start + 2} is not"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DatasetError(f"{name}: the file must be text, line {line} has a zero byte")
    return text.encode()


def _western(name: str, contents: bytes, first: int) -> bytes:
    """Return a file that is no UTF-8 as one in Windows-1252, which holds Latin-1's letters."""
    line = contents.count(b"\n", 0, first) + 1
    refusal = DatasetError(
        f"{name}: the file must be UTF-8, byte {first} (line {line}) is not; save it as CSV UTF-8"
    )
    try:
        text = contents.decode("cp1252")
    except UnicodeDecodeError:
        raise refusal from None
    if "\0" in text or _ODD.search(text) or _RUN.search(text):
        raise refusal from None
    return text.encode()
