"""What a text names as a host, however it is written: the value behind its encodings.

Rule: reads as the C library and URL parsers do (RFC 3986, inet_aton(3), UTS 46), so that nothing is
one thing here and another where a connection is made.
"""

import re
import unicodedata
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

Host: TypeAlias = str | IPv4Address | IPv6Address

MOST_DIGITS = 40  # of a number in an address; more is for no reader
LONGEST = 253  # characters of a name; RFC 1035, 2.3.4
_DOTS = str.maketrans("。．｡", "...")  # UTS 46, 2.3: these are dots too
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_MOST = 0xFFFF_FFFF


class NoHost(ValueError):
    """The text is no host; what it says is a sentence for its author."""


def host_in(text: str) -> Host:
    """Return the address or the name that a text means; a name in lower case, without its last dot.

    Numbers are addresses in every way that a C library reads them: ``2130706433``, ``0x7f.1`` and
    ``0177.0.0.1`` are 127.0.0.1; so are digits and dots of other scripts. Of an IPv6 address its
    brackets and its zone (``%eth0``) are left out.

    Raises:
        NoHost: It is neither an address nor a name.
    """
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    if ":" in text:
        return _ipv6(text)
    name = unicodedata.normalize("NFKC", text.translate(_DOTS)).translate(_DOTS).lower()
    name = name.removesuffix(".")
    last = name.rpartition(".")[2]
    if _NUMBER.fullmatch(last):
        return _ipv4(name)
    return _name(name, text)


def address_in(text: str) -> IPv4Address | IPv6Address:
    """Return an IP address without its zone. Raises ValueError: it is none."""
    return ip_address(text.partition("%")[0])


def is_odd(text: str, host: Host) -> bool:
    """Whether an IPv4 address is written in a way that people do not read as what it is."""
    return isinstance(host, IPv4Address) and text.strip() != str(host)


def _ipv6(text: str) -> IPv6Address:
    address, _, _ = text.partition("%")
    try:
        return IPv6Address(address)
    except AddressValueError:
        raise NoHost(f"“{text[:60]}” is no IPv6 address.") from None


def _ipv4(text: str) -> IPv4Address:
    """Return the address that inet_aton(3) reads: one to four numbers, the last fills the rest."""
    parts = [_number(part) for part in text.split(".")]
    head, last = parts[:-1], parts[-1]
    if len(parts) > 4 or any(part > 0xFF for part in head) or last > _MOST >> 8 * len(head):
        raise NoHost(f"“{text[:60]}” is no IPv4 address.")
    value = last
    for place, part in enumerate(head):
        value |= part << 8 * (3 - place)
    return IPv4Address(value)


def _number(text: str) -> int:
    """Return a number of C: decimal, octal after a 0, hexadecimal after 0x."""
    base = 16 if text.startswith("0x") else 8 if text.startswith("0") else 10
    try:
        if not _NUMBER.fullmatch(text) or len(text) > MOST_DIGITS:
            raise ValueError
        return int(text.removeprefix("0x") or "0", base)
    except ValueError:
        raise NoHost(f"“{text[:60]}” is no number of an IPv4 address.") from None


def _name(name: str, text: str) -> str:
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            raise NoHost(f"“{text[:60]}” is no host name.") from None
    if len(name) > LONGEST or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise NoHost(f"“{text[:60]}” is neither a host name nor an IP address.")
    return name
