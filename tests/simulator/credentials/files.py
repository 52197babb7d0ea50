"""Certificates, keys and archives as their owners bring them, made for a test.

Those of a curve have the same bytes in every run: what is spoilt by chance is always the same.
"""

import datetime
import io
import zipfile
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NOW = 1_800_000_000.0  # Unix s; 15 January 2027
DAY = 86_400.0

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@cache
def curve_key(number: int = 0) -> ec.EllipticCurvePrivateKey:
    """A key of its own for each number."""
    return ec.derive_private_key(1_000_003 + number, ec.SECP256R1())


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


def key_pem(key: Key, *, password: bytes = b"") -> str:
    sealed = serialization.BestAvailableEncryption(password) if password else None
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        sealed or serialization.NoEncryption(),
    ).decode()


def public_pem(key: Key) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def certificate_pem(key: Key, *, begins: float = NOW - DAY, ends: float = NOW + DAY) -> str:
    """A certificate that its own key signed; times are Unix s."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mock")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime.datetime.fromtimestamp(begins, datetime.UTC))
        .not_valid_after(datetime.datetime.fromtimestamp(ends, datetime.UTC))
        .sign(
            key,
            hashes.SHA256(),
            ecdsa_deterministic=isinstance(key, ec.EllipticCurvePrivateKey) or None,
        )
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def archive(files: dict[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP with these files, all of one date."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for path, contents in files.items():
            made.writestr(zipfile.ZipInfo(path, (2027, 1, 15, 8, 0, 0)), contents, method)
    return buffer.getvalue()
