"""Whether what was posted to us was signed by the mail service, lately.

Rule: pure; told the time and the keys. The signature is over the raw bytes that came, for the same
JSON written anew has other bytes.
"""

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
OLDEST = timedelta(minutes=10)  # both ways: the service's clock and ours may differ
MOST_DIGITS = 12  # of a Unix time in seconds
MOST_SIGNATURE = 200  # characters: two numbers of 32 bytes in DER and base64 are some 96


def is_signed(
    body: bytes, *, signature: str, timestamp: str, keys: Iterable[str], now: datetime
) -> bool:
    """Return whether one of ``keys`` signed this very body at a time near to ``now``.

    Args:
        body: The bytes as they came.
        signature: ECDSA over P-256 and SHA-256 of timestamp and body; DER in base64.
        timestamp: Unix time in s, as it came.
        keys: Public keys, SubjectPublicKeyInfo in base64.
        now: The present.

    Source: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events
    /getting-started-event-webhook-security-features
    """
    digest = sha256(timestamp.encode() + body).digest()
    return is_digest_signed(digest, signature=signature, timestamp=timestamp, keys=keys, now=now)


def is_digest_signed(
    digest: bytes, *, signature: str, timestamp: str, keys: Iterable[str], now: datetime
) -> bool:
    """Return whether one of ``keys`` signed what has this SHA-256, at a time near to ``now``.

    Args:
        digest: Of the timestamp as it came and the body, 32 bytes; for a body that is not kept.
        signature: As of :func:`is_signed`, and so are the others.
        timestamp: Unix time in s, as it came.
        keys: Public keys, SubjectPublicKeyInfo in base64.
        now: The present.

    Source: https://www.twilio.com/docs/sendgrid/for-developers/parsing-email
    /securing-your-parse-webhooks
    """
    if not is_recent(timestamp, now=now) or len(signature) > MOST_SIGNATURE:
        return False
    try:
        proof = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(_signs(key, proof, digest) for key in keys)


def is_recent(timestamp: str, *, now: datetime) -> bool:
    """Return whether a Unix time in s is no further than ``OLDEST`` from the present."""
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > MOST_DIGITS:
        return False
    return abs(now.timestamp() - int(timestamp)) <= OLDEST.total_seconds()


def public_key(text: str) -> ec.EllipticCurvePublicKey:
    """Return the key that a text is.

    Raises:
        ValueError: It is none of the curve P-256.
    """
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (UnsupportedAlgorithm, binascii.Error) as error:
        raise ValueError("not a public key in base64") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a key of the curve P-256")
    return key


def _signs(key: str, proof: bytes, digest: bytes) -> bool:
    try:
        public_key(key).verify(proof, digest, ec.ECDSA(Prehashed(SHA256())))
    except (InvalidSignature, ValueError):
        return False
    return True
