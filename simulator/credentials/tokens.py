"""Passwords and tokens as services want them: keyed hashes, JWTs, signatures of Azure.

Rule: pure functions of a key, texts and the time; no text of an error shows a key.
"""

import binascii
import hashlib
import hmac
import warnings
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from simulator.errors import DefinitionError
from simulator.lot.credentials import Encoding


def key_bytes(text: str, encoding: Encoding) -> bytes:
    """Return the bytes of a key.

    Raises:
        DefinitionError: It is not written as ``encoding`` says.
    """
    try:
        match encoding:
            case "text":
                return text.encode()
            case "base64":
                return _from_base64(text)
            case "hex":
                return bytes.fromhex(text)
    except (ValueError, binascii.Error):
        raise DefinitionError(f"must be written in {encoding}, it is not") from None


def keyed_hash(key: bytes, message: str, *, name: str, output: str) -> str:
    """Return the HMAC of a text, UTF-8. Source: RFC 2104.

    Args:
        name: Of the hash, as ``hashlib`` has it.
        output: ``hex``, ``base64``, or ``base64url`` without filling.
    """
    digest = hmac.digest(key, message.encode(), name)
    match output:
        case "hex":
            return digest.hex()
        case "base64":
            return b64encode(digest).decode()
        case "base64url":
            return urlsafe_b64encode(digest).decode().rstrip("=")
        case _:
            raise ValueError(f"no such output: {output}")


def web_token(
    claims: Mapping[str, Any],
    key: bytes,
    *,
    algorithm: str,
    key_id: str = "",
) -> str:
    """Return a signed JSON Web Token. Source: RFC 7519, RFC 7515.

    Args:
        claims: As they go into it.
        key: The shared secret, or a private key in PEM for RS256 and ES256.
        key_id: ``kid`` of its header; empty: none.

    Raises:
        DefinitionError: The key is none of the algorithm.
    """
    import jwt  # noqa: PLC0415  # it brings cryptography, and most targets have no token

    headers = {"kid": key_id} if key_id else None
    signer: Any = private_key(key, algorithm) if algorithm in ("RS256", "ES256") else key
    with warnings.catch_warnings():
        # A short secret is the backend's own choice; its devices have to use it.
        warnings.simplefilter("ignore", jwt.warnings.InsecureKeyLengthWarning)
        return jwt.encode(dict(claims), signer, algorithm=algorithm, headers=headers)


@lru_cache(maxsize=64)  # most often one key signs for all; to parse one takes 30 to 60 µs
def private_key(pem: bytes, algorithm: str) -> Any:
    """Return a private key that can sign by an algorithm.

    Raises:
        DefinitionError: It is none, is encrypted, or is of another kind.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        key = load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    except TypeError:
        raise DefinitionError("is encrypted; give it without a password") from None
    except (ValueError, UnsupportedAlgorithm):
        raise DefinitionError(
            f"{algorithm} needs a private key in PEM, got something else"
        ) from None
    if algorithm == "RS256" and not isinstance(key, rsa.RSAPrivateKey):
        raise DefinitionError("RS256 needs an RSA key, got another kind")
    if algorithm == "ES256" and not (
        isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
    ):
        raise DefinitionError("ES256 needs a key of the curve P-256, got another kind")
    return key


def access_signature(key: bytes, resource: str, *, policy: str, expires: int) -> str:
    """Return a shared access signature of Azure.

    Args:
        key: Its bytes, not base64.
        resource: Host and path, ``hub.azure-devices.net/devices/cc-1``; escaped here.
        policy: Name of the hub's policy whose key it is; empty for a device's own.
        expires: Unix time, s.

    Source: Microsoft, "Control access to IoT Hub by using shared access signatures", section
    "Security token structure".
    """
    where = quote(resource, safe="")
    signed = hmac.digest(key, f"{where}\n{expires}".encode(), hashlib.sha256)
    signature = quote(b64encode(signed).decode(), safe="")
    named = f"&skn={quote(policy, safe='')}" if policy else ""
    return f"SharedAccessSignature sr={where}&sig={signature}&se={expires}{named}"


def _from_base64(text: str) -> bytes:
    """Return the bytes of base64, in either alphabet and with or without its filling."""
    plain = text.strip().rstrip("=").replace("-", "+").replace("_", "/")
    return b64decode(plain + "=" * (-len(plain) % 4), validate=True)
