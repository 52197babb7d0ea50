"""Where connections come from: the addresses of this machine that a target names, in turn.

Rule: an address without a port is bound; which port it is, is chosen with the connect call.
"""

import errno
import socket
import sys
from collections.abc import Sequence
from ipaddress import ip_address

from simulator.errors import DefinitionError, Problem, Unreachable

# linux/in.h; Python 3.11 has no name for it. Without it a port is taken at bind, when the far side
# is not known yet, so that one address has 28,000 ports for all targets together.
IP_BIND_ADDRESS_NO_PORT = 24

_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}


class Sources:
    """The source addresses of one target; none of them where the machine is to choose."""

    def __init__(self, addresses: Sequence[str]) -> None:
        """Raises DefinitionError for one that is not of this machine."""
        self._by_family: dict[int, list[str]] = {}
        for place, address in enumerate(addresses):
            family = _FAMILY[ip_address(address).version]
            _check_ours(family, address, f"target.sources[{place}]")
            self._by_family.setdefault(family, []).append(address)

    def __bool__(self) -> bool:
        return bool(self._by_family)

    def socket(
        self,
        family: socket.AddressFamily,
        turn: int,
        *,
        kind: socket.SocketKind = socket.SOCK_STREAM,
    ) -> socket.socket:
        """Return a socket that is bound to source number ``turn`` and blocks nobody.

        ``kind``: of a stream, or of datagrams.

        Raises:
            Unreachable: no source is of that family.
            OSError: it cannot be made or bound.
        """
        mine = self._by_family.get(family)
        if not mine:
            version = "IPv6" if family == socket.AF_INET6 else "IPv4"
            raise Unreachable(f"no source address is of {version}, as the target is")
        return _bound(family, mine[turn % len(mine)], kind)


def _bound(
    family: socket.AddressFamily, address: str, kind: socket.SocketKind = socket.SOCK_STREAM
) -> socket.socket:
    made = socket.socket(family, kind)
    try:
        made.setblocking(False)
        if sys.platform == "linux":
            made.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        made.bind((address, 0))
    except OSError:
        made.close()
        raise
    return made


def _check_ours(family: socket.AddressFamily, address: str, place: str) -> None:
    try:
        _bound(family, address).close()
    except OSError as error:
        if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            raise
        text = f"{address} is not an address of this machine"
        raise DefinitionError(Problem(place, text)) from None
