"""Every alert of TLS, and every fault of a certificate, in words, as OpenSSL itself tells it.

Both ends are OpenSSL's, in memory; the client's is the context that a target has.
"""

import datetime
import ipaddress
import ssl
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulator.lot import Tls
from simulator.transports.reasons import handshake_reason
from simulator.transports.tls import make_context

DAY = datetime.timedelta(days=1)
HOST = "127.0.0.1"


class Line:
    """A handshake of a client; the far side's bytes are the test's."""

    def __init__(self, tls: Tls, host: str = HOST) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = make_context(tls).wrap_bio(self.incoming, self.outgoing, False, host)

    def go_on(self) -> str:
        """Take what came; return why the handshake failed, empty when it did not."""
        try:
            self.client.do_handshake()
        except ssl.SSLWantReadError:
            return ""
        except ssl.SSLError as error:
            return handshake_reason(error)
        return ""


def told(said: bytes) -> str:
    """What becomes of a handshake whose far side says so."""
    line = Line(Tls(verify=False))
    assert line.go_on() == ""
    line.incoming.write(said)
    return line.go_on()


@pytest.mark.parametrize(
    ("alert", "words"),
    [  # RFC 8446, section 6, and those of its appendix B.2 that older servers send
        (0, "TLS: closed by the far side in the handshake, it may not speak TLS"),
        (10, "TLS refused: unexpected message"),
        (20, "TLS refused: bad record mac"),
        (21, "TLS refused: decryption failed"),
        (22, "TLS refused: record overflow"),
        (30, "TLS refused: decompression failure"),
        (40, "TLS refused: no cipher in common, or no client certificate"),
        (41, "TLS refused: no certificate"),
        (42, "TLS refused: bad client certificate"),
        (43, "TLS refused: unsupported client certificate"),
        (44, "TLS refused: client certificate revoked"),
        (45, "TLS refused: client certificate expired"),
        (46, "TLS refused: client certificate not accepted"),
        (47, "TLS refused: illegal parameter"),
        (48, "TLS refused: client certificate of an unknown authority"),
        (49, "TLS refused: access denied"),
        (50, "TLS refused: decode error"),
        (51, "TLS refused: decrypt error"),
        (60, "TLS refused: export restriction"),
        (70, "TLS refused: no version in common"),
        (71, "TLS refused: the ciphers offered are too weak"),
        (80, "TLS refused: internal error"),
        (86, "TLS refused: inappropriate fallback"),
        (90, "TLS refused: user cancelled"),
        (100, "TLS refused: no renegotiation"),
        (109, "TLS refused: missing extension"),
        (110, "TLS refused: unsupported extension"),
        (111, "TLS refused: client certificate not to be had"),
        (112, "TLS refused: unknown server name"),
        (113, "TLS refused: bad certificate status"),
        (114, "TLS refused: bad hash of the client certificate"),
        (115, "TLS refused: unknown psk identity"),
        (116, "TLS refused: a client certificate is required"),
        (120, "TLS refused: none of the protocols offered by ALPN"),
        (255, "TLS: unknown error"),
    ],
)
def test_every_alert_is_told_in_words(alert: int, words: str) -> None:
    level = 2 if alert else 1

    assert told(bytes((21, 3, 3, 0, 2, level, alert))) == words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "TLS: the far side does not speak TLS"),
        (b"SSH-2.0-OpenSSH\r\n", "TLS: the far side does not speak TLS"),
        (b"\x20\x02\0\0" + bytes(8), "TLS: the far side does not speak TLS"),  # MQTT
        (bytes(20), "TLS: the far side does not speak TLS"),
        (b"\x16\3\3\xff\xff" + bytes(100), "TLS: the far side does not speak TLS"),
        (b"\x16\3\3\0\6\2\0\0\2\3\3", "TLS: length mismatch"),  # a hello that is cut off
        (b"\x16\3\3\0\4\x63\0\0\0", "TLS: unexpected message"),  # no such message
        (b"\x17\3\3\0\3abc", "TLS: unexpected message"),  # data before the handshake
        (b"\x14\3\3\0\1\1", "TLS: unexpected message"),
    ],
)
def test_what_is_no_handshake_is_told_in_words(said: bytes, words: str) -> None:
    assert told(said) == words


# Certificates.

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@cache
def key(kind: str = "ec") -> Any:
    """A key for all tests: making one takes its time."""
    return rsa.generate_private_key(65_537, 1_024) if kind == "weak" else _curve()


def _curve() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name_of(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def signed(
    *,
    issuer: str = "authority",
    begins: datetime.timedelta = -DAY,
    ends: datetime.timedelta = DAY,
    names: tuple[str, ...] = (),
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    kind: str = "ec",
    signer: str = "ec",
    is_authority: bool = False,
) -> x509.Certificate:
    """A certificate for 127.0.0.1 or ``names``, good unless said otherwise."""
    now = datetime.datetime.now(datetime.UTC)
    hosts: list[x509.GeneralName] = [x509.DNSName(each) for each in names]
    hosts = hosts or [x509.IPAddress(ipaddress.ip_address(HOST))]
    return (
        x509.CertificateBuilder()
        .subject_name(name_of(issuer if is_authority else "far side"))
        .issuer_name(name_of(issuer))
        .public_key(key(kind).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.SubjectAlternativeName(hosts), False)
        .add_extension(x509.ExtendedKeyUsage([usage]), False)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), True)
        .sign(key(signer), hashes.SHA256())
    )


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


@cache
def authority(name: str = "authority") -> str:
    return pem(signed(issuer=name, is_authority=True, usage=ExtendedKeyUsageOID.SERVER_AUTH))


def verdict(folder: Path, certificate: x509.Certificate, *, kind: str = "ec", **tls: Any) -> str:
    """What a client says of a server that shows the certificate; empty: it is taken."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # a weak key is for the client to refuse
    form = serialization.PrivateFormat.PKCS8
    secret = key(kind).private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (folder / "pem").write_bytes(pem(certificate).encode() + secret)
    context.load_cert_chain(folder / "pem")
    line = Line(Tls(**{"ca": authority(), **tls}))
    to_server, to_client = line.outgoing, line.incoming
    server = context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        if why := line.go_on():
            return why
        try:
            server.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return ""


OTHER_NAME = "TLS: certificate is for another name"
CERTIFICATES: dict[str, tuple[Callable[[], x509.Certificate], str]] = {
    "good": (signed, ""),
    "expired": (lambda: signed(begins=-3 * DAY, ends=-DAY), "TLS: certificate expired"),
    "early": (lambda: signed(begins=DAY, ends=2 * DAY), "TLS: certificate not valid yet"),
    "another name": (lambda: signed(names=("other.example",)), OTHER_NAME),
    "unknown authority": (
        lambda: signed(issuer="somebody else"),
        "TLS: unknown certificate authority",
    ),
    "self-signed": (lambda: signed(issuer="far side"), "TLS: unknown certificate authority"),
    "a client's": (
        lambda: signed(usage=ExtendedKeyUsageOID.CLIENT_AUTH),
        "TLS: certificate is not one for a server",
    ),
    "weak": (lambda: signed(kind="weak"), "TLS: certificate's key is too weak"),
    "forged": (lambda: signed(signer="other"), "TLS: certificate's signature is wrong"),
}


@pytest.mark.parametrize("case", CERTIFICATES)
def test_every_fault_of_a_certificate_is_told_in_words(tmp_path: Path, case: str) -> None:
    make, words = CERTIFICATES[case]

    assert verdict(tmp_path, make(), kind="weak" if case == "weak" else "ec") == words


@pytest.mark.parametrize("case", ["expired", "early", "another name", "self-signed", "a client's"])
def test_a_target_that_is_not_verified_takes_them_all(tmp_path: Path, case: str) -> None:
    make, _ = CERTIFICATES[case]

    assert verdict(tmp_path, make(), verify=False) == ""
