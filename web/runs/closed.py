"""Which hosts operators have closed, as far as runs are concerned; see ``closing`` for the switch.

Rule: reads alone. A network closes names by what they stand for now.
"""

from collections.abc import Iterable
from ipaddress import ip_network

import simulator
from web.platform import reach
from web.runs.snapshot import CannotStart
from web.targets.ownership import access
from web.targets.ownership.models import Block
from web.targets.places import places_of

CLOSED = "The operators of this service let nobody send to {host}: {reason}"


def hold_open(hosts: Iterable[str]) -> None:
    """Refuse a run one of whose hosts is closed.

    Raises:
        CannotStart: With the operators' reason.
    """
    blocks = list(access.blocks())
    for host in hosts if blocks else ():
        if block := closing(blocks, host):
            raise CannotStart(CLOSED.format(host=block.host, reason=block.reason))


def closing(blocks: Iterable[Block], host: str) -> Block | None:
    """Return the block that a host falls under: by name, or by what its name stands for."""
    addresses: list[str] | None = None
    for block in blocks:
        if access.covers(block.host, host):
            return block
        if _is_of_addresses(block.host):
            addresses = reach.addresses(host) if addresses is None else addresses
            if any(access.covers(block.host, each) for each in addresses):
                return block
    return None


def _is_of_addresses(pattern: str) -> bool:
    try:
        ip_network(pattern)
    except ValueError:
        return False
    return True


def hosts_of(target: simulator.Target) -> list[str]:
    """Return the hosts of a target in the one way in which blocks name them, each once."""
    names = (place.host for place in places_of(target))
    return list(dict.fromkeys(plain(name) for name in names))


def plain(host: str) -> str:
    """Return the one way in which blocks and proofs name a host."""
    try:
        return str(simulator.host_in(host))
    except simulator.NoHost:
        return host.lower()
