"""Whether a certificate can be used now, and whether a private key is its own.

Rule: told the time; texts say what is wrong and never show a key.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import inf
from typing import Any

BEGIN = "-----BEGIN"
_ENCRYPTED = ("BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED")

Trouble = tuple[str, str]  # column, what is wrong


def troubles_of(texts: Mapping[str, str], *, now: float) -> list[Trouble]:
    """Return what is wrong with a certificate and its private key, or with a key alone.

    Args:
        texts: PEM, by the column: ``certificate`` (the client's own first, then its chain) and
            ``key`` (RSA, elliptic curve or Ed25519, not encrypted).
        now: Unix time, s.
    """
    public, troubles = (
        _certificate(texts["certificate"], now) if "certificate" in texts else (b"", [])
    )
    own, more = _key(texts["key"]) if "key" in texts else (b"", [])
    if public and own and public != own:
        more = [("key", "is not the certificate's own")]
    return [*troubles, *more]


def first_end(certificates: Iterable[str]) -> float:
    """Return when the first of many good certificates ends, Unix s; inf: there is none."""
    from cryptography import x509  # noqa: PLC0415

    return min(
        (
            each.not_valid_after_utc.timestamp()
            for text in set(certificates) - {""}
            for each in x509.load_pem_x509_certificates(text.encode())
        ),
        default=inf,
    )


def _certificate(text: str, now: float) -> tuple[bytes, list[Trouble]]:
    """Return the public key of the first certificate, as DER, and what is wrong."""
    from cryptography import x509  # noqa: PLC0415  # heavy, and most tables have none
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415

    try:
        chain = x509.load_pem_x509_certificates(text.encode())
        public = _der(chain[0].public_key())
    except (ValueError, UnsupportedAlgorithm):
        return b"", [("certificate", "is no certificate in PEM")]
    troubles = []
    for number, each in enumerate(chain):
        whose = "" if number == 0 else f"certificate {number + 1} of its chain "
        if each.not_valid_after_utc.timestamp() <= now:
            troubles.append(
                (
                    "certificate",
                    f"{whose}expired on {each.not_valid_after_utc:%Y-%m-%d %H:%M} UTC",
                )
            )
        elif each.not_valid_before_utc.timestamp() > now:
            troubles.append(
                (
                    "certificate",
                    f"{whose}is not valid before {each.not_valid_before_utc:%Y-%m-%d %H:%M} UTC",
                )
            )
    return public, troubles


@lru_cache(maxsize=16)  # a table often has one key for all rows
def _key(text: str) -> tuple[bytes, list[Trouble]]:
    """Return the public half of a private key, as DER, and what is wrong."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    if any(mark in text for mark in _ENCRYPTED):
        return b"", [("key", "is encrypted; give it without a password")]
    try:
        # The numbers of an RSA key are not held against each other: it takes 50 times as long, and
        # a wrong one shows when it is held against the certificate.
        key = serialization.load_pem_private_key(
            text.encode(), password=None, unsafe_skip_rsa_key_validation=True
        )
        return _der(key.public_key()), []
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return b"", [("key", "is no private key in PEM")]


def _der(public: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        PublicFormat,
    )

    der: bytes = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return der
