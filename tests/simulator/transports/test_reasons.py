"""Errors of sockets, name servers and TLS in words."""

import errno
import socket
import ssl

import pytest

from simulator.errors import Unreachable
from simulator.transports.reasons import handshake_reason, reason


def certificate_error(code: int, said: str = "") -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, said
    return error


def tls_error(name: str) -> ssl.SSLError:
    error = ssl.SSLError(1, name)
    error.reason = name
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, "closed by the far side"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "connection refused"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "connection reset"),
        (ConnectionResetError(), "connection reset"),
        (BrokenPipeError(errno.EPIPE, "x"), "connection reset"),
        (TimeoutError(errno.ETIMEDOUT, "x"), "connection timed out"),
        (TimeoutError(), "connection timed out"),
        (OSError(errno.EHOSTUNREACH, "x"), "no route to host"),
        (OSError(errno.ENETUNREACH, "x"), "network unreachable"),
        (OSError(errno.EMFILE, "x"), "too many open files"),
        (OSError(errno.EADDRNOTAVAIL, "x"), "no free local port"),
        (OSError(errno.EXDEV, "/home/secret"), "connection failed: EXDEV"),
        (OSError("10.0.0.1"), "connection failed: OSError"),
        (OSError(errno.EAFNOSUPPORT, "x"), "this machine does not speak that version of IP"),
        (OSError(errno.EMSGSIZE, "x"), "a datagram too large for the network"),
        (OSError(errno.EACCES, "x"), "connection not permitted"),
        (OSError(errno.ENOBUFS, "x"), "no memory for sockets"),
        (socket.gaierror(socket.EAI_NONAME, "x"), "name not found"),
        (
            socket.gaierror(socket.EAI_AGAIN, "x"),
            "name not found: the name server does not answer",
        ),
        (
            socket.gaierror(socket.EAI_FAIL, "x"),
            "name not found: the name server refuses to answer",
        ),
        (UnicodeError("label too long"), "name not found"),
        (RuntimeError("secret"), "connection failed: RuntimeError"),
        (certificate_error(10), "TLS: certificate expired"),
        (certificate_error(9), "TLS: certificate not valid yet"),
        (certificate_error(18), "TLS: unknown certificate authority"),
        (certificate_error(20), "TLS: unknown certificate authority"),
        (certificate_error(62), "TLS: certificate is for another name"),
        (certificate_error(64), "TLS: certificate is for another name"),
        (certificate_error(23), "TLS: certificate revoked"),
        (certificate_error(77), "TLS: certificate not accepted, OpenSSL's reason 77"),
        (
            certificate_error(77, "CRL path validation error"),
            "TLS: certificate not accepted, CRL path validation error",
        ),
        (tls_error("WRONG_VERSION_NUMBER"), "TLS: the far side does not speak TLS"),
        (tls_error("BAD_ECPOINT"), "TLS: bad ecpoint"),
        (
            tls_error("TLSV13_ALERT_CERTIFICATE_REQUIRED"),
            "TLS refused: a client certificate is required",
        ),
        (
            tls_error("SSLV3_ALERT_HANDSHAKE_FAILURE"),
            "TLS refused: no cipher in common, or no client certificate",
        ),
        (Unreachable("WebSocket closed"), "WebSocket closed"),
    ],
)
def test_every_error_has_words(error: BaseException | None, words: str) -> None:
    assert reason(error) == words


@pytest.mark.parametrize("error", [ConnectionResetError(), ssl.SSLEOFError(8, "eof")])
def test_a_hang_up_in_the_handshake_hints_at_a_far_side_without_tls(error: OSError) -> None:
    words = "TLS: closed by the far side in the handshake, it may not speak TLS"

    assert handshake_reason(error) == words


def test_a_refusal_before_the_handshake_is_just_that() -> None:
    assert handshake_reason(ConnectionRefusedError(errno.ECONNREFUSED, "x")) == "connection refused"


def test_a_server_name_that_tls_cannot_send_is_told_from_a_bad_certificate() -> None:
    assert handshake_reason(certificate_error(10)) == "TLS: certificate expired"
    assert handshake_reason(ValueError("leading dot")) == "TLS: the server name is not valid"
