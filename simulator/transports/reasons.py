"""What went wrong on the road to the target, in words for the log.

Rule: every error of a socket, name server or TLS becomes one short sentence without an address, a
path or a secret, so that equal failures group; what is not known is named by its class.
"""

import errno
import re
import socket
import ssl
from collections.abc import Callable
from typing import Any

from simulator.errors import TargetError

CLOSED = "closed by the far side"

_BY_NUMBER = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.ECONNABORTED: "connection reset",
    errno.EPIPE: "connection reset",
    errno.ETIMEDOUT: "connection timed out",
    errno.EHOSTUNREACH: "no route to host",
    errno.EHOSTDOWN: "no route to host",
    errno.ENETUNREACH: "network unreachable",
    errno.ENETDOWN: "network unreachable",
    errno.EMFILE: "too many open files",
    errno.ENFILE: "too many open files",
    errno.EADDRNOTAVAIL: "no free local port",
    errno.EACCES: "connection not permitted",
    errno.EPERM: "connection not permitted",
    errno.EAFNOSUPPORT: "this machine does not speak that version of IP",
    errno.EMSGSIZE: "a datagram too large for the network",
    errno.ENOBUFS: "no memory for sockets",
    errno.ENOMEM: "no memory for sockets",
}
_BY_CERTIFICATE = {  # X509_V_ERR_ numbers of OpenSSL, x509_vfy.h
    2: "TLS: unknown certificate authority",
    7: "TLS: certificate's signature is wrong",
    9: "TLS: certificate not valid yet",
    10: "TLS: certificate expired",
    18: "TLS: unknown certificate authority",
    19: "TLS: unknown certificate authority",
    20: "TLS: unknown certificate authority",
    21: "TLS: unknown certificate authority",
    23: "TLS: certificate revoked",
    26: "TLS: certificate is not one for a server",
    62: "TLS: certificate is for another name",
    64: "TLS: certificate is for another name",
    66: "TLS: certificate's key is too weak",
    67: "TLS: key of the certificate's authority is too weak",
    68: "TLS: digest of the certificate is too weak",
}
# What the far side has against our hello or our certificate: alerts of RFC 8446, section 6.2, as
# OpenSSL names them.
_BY_ALERT = {
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "TLS refused: a client certificate is required",
    "SSLV3_ALERT_BAD_CERTIFICATE": "TLS refused: bad client certificate",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": "TLS refused: unsupported client certificate",
    "SSLV3_ALERT_CERTIFICATE_REVOKED": "TLS refused: client certificate revoked",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "TLS refused: client certificate expired",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "TLS refused: client certificate not accepted",
    "TLSV1_ALERT_UNKNOWN_CA": "TLS refused: client certificate of an unknown authority",
    "TLSV1_ALERT_ACCESS_DENIED": "TLS refused: access denied",
    "TLSV1_ALERT_PROTOCOL_VERSION": "TLS refused: no version in common",
    "UNSUPPORTED_PROTOCOL": "TLS refused: no version in common",
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": "TLS refused: the ciphers offered are too weak",
    "TLSV1_UNRECOGNIZED_NAME": "TLS refused: unknown server name",
    "TLSV1_ALERT_NO_APPLICATION_PROTOCOL": "TLS refused: none of the protocols offered by ALPN",
    "TLSV1_UNSUPPORTED_EXTENSION": "TLS refused: unsupported extension",
    "TLSV1_CERTIFICATE_UNOBTAINABLE": "TLS refused: client certificate not to be had",
    "TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE": "TLS refused: bad certificate status",
    "TLSV1_BAD_CERTIFICATE_HASH_VALUE": "TLS refused: bad hash of the client certificate",
    # Of TLS 1.2 a missing certificate is said like that too.
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "TLS refused: no cipher in common, or no client certificate",
}
_ALERT = re.compile(r"[A-Z0-9]+_ALERT_(\w+)")  # any other alert of OpenSSL
_SAID = re.compile(r"\[SSL[^]]*\] (.+?) \(_ssl")  # its words, where Python knows no name
_NOT_TLS = {
    "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_TOO_SMALL",
    "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE", "INVALID_MESSAGE_TYPE",
}  # fmt: skip


def reason(error: BaseException | None) -> str:
    """Return why a connection ended or never came to be; None is an orderly end of stream."""
    if error is None:
        return CLOSED
    for kind, words in _BY_KIND:
        if isinstance(error, kind):
            return words(error)
    return _unknown(error)


def handshake_reason(error: BaseException) -> str:
    """Return why a connection failed that was to speak TLS.

    A far side that does not know TLS mostly hangs up on the first record, and so does one that
    wants to say nothing; the reason names both.
    """
    if isinstance(error, ValueError) and not isinstance(error, OSError):  # not one of a certificate
        return "TLS: the server name is not valid"
    words = reason(error)
    if words in {CLOSED, "connection reset"}:
        return "TLS: closed by the far side in the handshake, it may not speak TLS"
    return words


def _name_reason(error: Any) -> str:
    if error.errno == socket.EAI_AGAIN:
        return "name not found: the name server does not answer"
    if error.errno == socket.EAI_FAIL:
        return "name not found: the name server refuses to answer"
    return "name not found"


def _tls_reason(error: Any) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_reason(error)
    if isinstance(error, ssl.SSLZeroReturnError | ssl.SSLEOFError):
        return CLOSED
    name = _openssl_name(error)
    if name in _NOT_TLS:
        return "TLS: the far side does not speak TLS"
    if name in _BY_ALERT:
        return _BY_ALERT[name]
    alert = _ALERT.fullmatch(name)
    words = (alert[1] if alert else name).lower().replace("_", " ")
    return f"TLS refused: {words}" if alert else f"TLS: {words}"


def _certificate_reason(error: Any) -> str:
    code = error.verify_code
    if code in _BY_CERTIFICATE:
        return _BY_CERTIFICATE[code]
    said = getattr(error, "verify_message", "") or f"OpenSSL's reason {code}"
    return f"TLS: certificate not accepted, {said}"


def _openssl_name(error: Any) -> str:
    """The name of an error of OpenSSL; Python's table lacks some, whose words are in the text."""
    if reason_name := getattr(error, "reason", None):  # not every one has the attribute
        return str(reason_name)
    said = _SAID.match(str(error))
    return said[1].upper().replace(" ", "_") if said else type(error).__name__


def _system_reason(error: Any) -> str:
    if error.errno in _BY_NUMBER:
        return _BY_NUMBER[error.errno]
    if isinstance(error, TimeoutError):
        return "connection timed out"
    return "connection reset" if isinstance(error, ConnectionError) else _unknown(error)


def _unknown(error: BaseException) -> str:
    number = error.errno if isinstance(error, OSError) else None
    name = errno.errorcode.get(number or 0, type(error).__name__)
    return f"connection failed: {name}"


_BY_KIND: tuple[tuple[type[BaseException], Callable[[BaseException], str]], ...] = (
    (TargetError, str),  # of what lies between the connection and the wire
    (socket.gaierror, _name_reason),
    (ssl.SSLError, _tls_reason),  # its errno is OpenSSL's, so it stands before the system's
    (OSError, _system_reason),
    (UnicodeError, lambda _: "name not found"),  # a host that IDNA cannot encode
)
