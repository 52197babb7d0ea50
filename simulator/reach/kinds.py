"""What an IP address is for, where it is not for a public host.

Rule: a table, the narrower network first; what carries an IPv4 address inside is judged by that
too. Source: IANA's registries of special-purpose addresses for IPv4 and IPv6 (RFC 6890), and the
pages of the clouds about their metadata services.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TypeAlias

Ip: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

METADATA = "an address of a cloud's metadata"
PRIVATE = "a private address"
LOOPBACK = "an address of the machine itself"
LINK_LOCAL = "a link-local address"
MULTICAST = "a multicast address"
RESERVED = "a reserved address"
EXAMPLES = "an address for documentation"
TUNNEL = "an address of a tunnel"
NOWHERE = "no address at all"
EVERYBODY = "the address of everybody on a network"
# What is no server's own address in anybody's network: never meant by a name, or by "everything".
NO_SERVERS = frozenset({METADATA, LINK_LOCAL, MULTICAST, NOWHERE, EVERYBODY})

# What hands out the credentials of the machine that asks.
_METADATA = (
    "169.254.169.254",  # AWS, Azure, Google, Oracle, DigitalOcean, OpenStack
    "169.254.170.2",  # AWS: tasks of containers
    "169.254.170.23",  # AWS: pods
    "168.63.129.16",  # Azure: the host of each virtual machine, a public address by its number
    "192.0.0.192",  # Oracle's first generation
    "100.100.100.200",  # Alibaba
    "fd00:ec2::254",  # AWS
    "fd00:ec2::23",  # AWS: pods
    "fd20:ce::254",  # Google
    "fe80::a9fe:a9fe",  # OpenStack
)
_KINDS: tuple[tuple[str, str], ...] = (
    *((address, METADATA) for address in _METADATA),
    ("0.0.0.0/32", NOWHERE),
    ("0.0.0.0/8", RESERVED),
    ("10.0.0.0/8", PRIVATE),
    ("100.64.0.0/10", "an address inside of a provider (CGNAT)"),
    ("127.0.0.0/8", LOOPBACK),
    ("169.254.0.0/16", LINK_LOCAL),
    ("172.16.0.0/12", PRIVATE),
    ("192.0.0.0/24", RESERVED),
    ("192.0.2.0/24", EXAMPLES),
    ("192.88.99.0/24", TUNNEL),  # relays of 6to4
    ("192.168.0.0/16", PRIVATE),
    ("198.18.0.0/15", "an address for benchmarks"),
    ("198.51.100.0/24", EXAMPLES),
    ("203.0.113.0/24", EXAMPLES),
    ("224.0.0.0/4", MULTICAST),
    ("255.255.255.255/32", EVERYBODY),
    ("240.0.0.0/4", RESERVED),
    ("::/128", NOWHERE),
    ("::1/128", LOOPBACK),
    ("::/96", "an IPv4 address inside of IPv6"),  # RFC 4291, 2.5.5.1: not in use any more
    ("::ffff:0:0:0/96", "an IPv4 address inside of IPv6"),  # RFC 2765
    ("64:ff9b:1::/48", "an IPv4 address inside of IPv6"),  # RFC 8215: for use inside of a network
    ("100::/64", RESERVED),  # RFC 6666: thrown away
    ("2001::/32", TUNNEL),  # Teredo
    ("2001:db8::/32", EXAMPLES),
    ("2001::/23", RESERVED),  # of the IETF's protocols
    ("2002::/16", TUNNEL),  # 6to4
    ("3fff::/20", EXAMPLES),
    ("2000::/3", ""),  # what hosts have
    ("fc00::/7", PRIVATE),
    ("fe80::/10", LINK_LOCAL),
    ("fec0::/10", PRIVATE),  # RFC 3879: site-local, not in use any more
    ("ff00::/8", MULTICAST),
    ("::/0", RESERVED),
)
_TABLE: dict[int, list[tuple[Network, str]]] = {4: [], 6: []}
for _text, _words in _KINDS:
    _network = ip_network(_text)
    _TABLE[_network.version].append((_network, _words))

_MAPPED = IPv6Network("::ffff:0:0/96")  # RFC 4291, 2.5.5.2: the system connects over IPv4
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: how a network of IPv6 alone reaches IPv4
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")
_LAST_32 = 0xFFFF_FFFF
# RFC 5214, 6.1: ISATAP's interface identifiers, ::0:5efe:a.b.c.d and ::200:5efe:a.b.c.d.
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)


def plain(address: Ip) -> Ip:
    """Return the address that a connection really goes to: of a mapped or NAT64 one, IPv4's."""
    if isinstance(address, IPv6Address) and (address in _MAPPED or address in _NAT64):
        return IPv4Address(int(address) & _LAST_32)
    return address


def kind_of(address: Ip) -> str:
    """Return what an address is, ``a private address``; empty for one that a public host can have.

    What wraps an IPv4 address is what that is: a tunnel to 10.0.0.1 is a private address.
    """
    target = plain(address)
    inner = (_kind(each) for each in _wrapped(target))
    return next(filter(None, inner), "") or _kind(target)


def _kind(address: Ip) -> str:
    return next(words for network, words in _rows(address) if address in network)


def _rows(address: Ip) -> Iterator[tuple[Network, str]]:
    yield from _TABLE[address.version]
    yield ip_network("0.0.0.0/0"), ""  # IPv4: what no row names is public


def _wrapped(address: Ip) -> Iterator[IPv4Address]:
    """Yield the IPv4 addresses that tunnels would carry a packet for an IPv6 address to."""
    if isinstance(address, IPv4Address):
        return
    number = int(address)
    if address in _SIX_TO_FOUR:
        yield IPv4Address((number >> 80) & _LAST_32)
    elif address in _TEREDO:
        yield IPv4Address((number >> 64) & _LAST_32)  # its server
        yield IPv4Address(~number & _LAST_32)  # the client; RFC 4380, 4: its bits are turned
    elif number >> 96 and (number >> 32) & _LAST_32 in _ISATAP:
        yield IPv4Address(number & _LAST_32)
    elif not number >> 32 and number > 1:  # compatible
        yield IPv4Address(number)
