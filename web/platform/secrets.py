"""Seals what must not be readable in the database or in ``lot.json``: passwords, tokens, keys."""

import re
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from simulator import MocklotError

SEALED = re.compile(r"gAAAAA[A-Za-z0-9_-]{90,}={0,2}")


class SealBroken(MocklotError):
    """The text was not sealed with one of our keys, or was changed since."""


def seal(secret: str) -> str:
    """Return ``secret`` encrypted and signed (Fernet), as ASCII text; empty stays empty."""
    return _keys().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """Return what was sealed, with whichever of our keys; empty stays empty.

    Raises:
        SealBroken: None of ``FIELD_ENCRYPTION_KEYS`` opens it.
    """
    if not sealed:
        return ""
    try:
        return _keys().decrypt(sealed).decode()
    except InvalidToken as broken:
        raise SealBroken("sealed with a key that is not among FIELD_ENCRYPTION_KEYS") from broken


def seal_bytes(secret: bytes) -> bytes:
    """Return ``secret`` encrypted and signed (Fernet); a third longer."""
    return _keys().encrypt(secret)


def unseal_bytes(sealed: bytes) -> bytes:
    """Return what ``seal_bytes`` sealed, with whichever of our keys.

    Raises:
        SealBroken: None of ``FIELD_ENCRYPTION_KEYS`` opens it.
    """
    try:
        return _keys().decrypt(sealed)
    except InvalidToken as broken:
        raise SealBroken("sealed with a key that is not among FIELD_ENCRYPTION_KEYS") from broken


def reseal(sealed: str) -> str:
    """Return the same secret sealed with the first key, for a change of keys.

    Raises:
        SealBroken: None of ``FIELD_ENCRYPTION_KEYS`` opens it.
    """
    return seal(unseal(sealed))


def is_sealed(text: str) -> bool:
    """Return whether a text looks like one that was sealed, with whichever key.

    Source: the Fernet specification: version 0x80 and a time of 64 bits, in URL-safe base64.
    """
    return SEALED.fullmatch(text) is not None


def is_current(sealed: str | bytes) -> bool:
    """Return whether a text was sealed with the first key, which seals now."""
    try:
        Fernet(settings.FIELD_ENCRYPTION_KEYS[0]).decrypt(sealed)
    except InvalidToken:
        return False
    return True


def _keys() -> MultiFernet:
    return _made(tuple(settings.FIELD_ENCRYPTION_KEYS))


@cache
def _made(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
