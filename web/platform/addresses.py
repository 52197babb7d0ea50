"""Who sent a request, where a router stands in front of us.

Rule: a router appends the address that it saw to ``X-Forwarded-For``; whatever stands before what
our own routers appended was written by the client, and proves nothing.
"""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104 (a text for "not known", not an address that is listened on)


def client_address(request: HttpRequest) -> str:
    """Return the address that the outermost of our routers saw; ``0.0.0.0`` where nobody knows.

    ``settings.TRUSTED_PROXIES`` routers stand in front of us: the last so many entries are theirs.
    """
    count = settings.TRUSTED_PROXIES
    entries = request.headers.get("X-Forwarded-For", "").split(",") if count else []
    told = entries[-count] if len(entries) >= count > 0 else request.META.get("REMOTE_ADDR", "")
    return plain(told)


def plain(told: str) -> str:
    """Return an address in its one spelling, IPv4 in IPv6 as IPv4; ``0.0.0.0`` for what is none."""
    try:
        address = ip_address(told.strip().strip("[]"))
    except ValueError:
        return NOWHERE
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address).partition("%")[0]


def network_of(address: str) -> str:
    """Return what one household or one machine has: the IPv4 address, or the /64 of an IPv6 one."""
    known = ip_address(address)
    if isinstance(known, IPv6Address):
        return str(IPv6Address(int(known) >> 64 << 64)) + "/64"
    return str(known)
