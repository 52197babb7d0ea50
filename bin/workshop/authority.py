"""An authority of our own and what it signs: good, expired, and for another name."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Authority:
    """Signs certificates for servers and clients."""

    def __init__(self, name: str = "Mocklot test authority") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(self._name, self._key, ends_in=DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        self._certificate = builder.sign(self._key, hashes.SHA256())
        self.pem = self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def issue(
        self, folder: Path, *, names: tuple[str, ...] = (), ends_in: datetime.timedelta = DAY
    ) -> tuple[Path, Path]:
        """Write a certificate for 127.0.0.1 or ``names``, and its key; return both paths."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "far side")])
        hosts: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        hosts = hosts or [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = self._builder(subject, key, ends_in=ends_in)
        builder = builder.add_extension(x509.SubjectAlternativeName(hosts), False)
        certificate = builder.sign(self._key, hashes.SHA256())
        paths = folder / "server.crt", folder / "server.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_text(_pem(key))
        return paths

    def issue_client(
        self, name: str = "mock", *, ends_in: datetime.timedelta = DAY
    ) -> tuple[str, str]:
        """Return a certificate for a client of that name, and its key, both PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(subject, key, ends_in=ends_in)
        usage = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH])
        certificate = builder.add_extension(usage, False).sign(self._key, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM).decode(), _pem(key)

    def encrypted_key(self) -> str:
        """Return a key in PEM that takes a password."""
        key = ec.generate_private_key(ec.SECP256R1())
        closed = serialization.BestAvailableEncryption(b"secret")
        form = serialization.PrivateFormat.PKCS8
        return key.private_bytes(serialization.Encoding.PEM, form, closed).decode()

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, ends_in: datetime.timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now + ends_in)
        )


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()
