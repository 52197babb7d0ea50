"""Which hosts nobody may be sent to, however public they are: a service closes them one by one.

Rule: values alone. A name is closed by itself or by one above it, an address by itself or by a
network that holds it, also where it lies inside of an IPv6 one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from simulator.reach.hosts import address_in
from simulator.reach.kinds import plain


@dataclass(frozen=True, slots=True)
class Closed:
    """Closed names, those below which all is closed, and networks."""

    names: frozenset[str] = frozenset()
    above: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> "Closed":
        """Return what a list closes: ``broker.example``, ``*.example``, ``192.0.2.7``, networks."""
        names: set[str] = set()
        above: set[str] = set()
        networks: list[IPv4Network | IPv6Network] = []
        for entry in entries:
            try:
                networks.append(_network_of(entry))
            except ValueError:
                (above if entry.startswith("*.") else names).add(entry.removeprefix("*."))
        return cls(frozenset(names), frozenset(above), tuple(networks))

    def has_name(self, host: str) -> bool:
        """Whether a name is closed, wherever it leads."""
        name = host.rstrip(".").lower()
        labels = name.split(".")
        parents = (".".join(labels[place:]) for place in range(1, len(labels)))
        return name in self.names or any(parent in self.above for parent in parents)

    def has_address(self, address: str) -> bool:
        """Whether an IP address is closed, whatever name led there."""
        if not self.networks:
            return False
        real = plain(address_in(address))
        return any(real.version == each.version and real in each for each in self.networks)


def _network_of(entry: str) -> IPv4Network | IPv6Network:
    """Return a network, or an address as one; one of IPv4 inside of IPv6 is what it leads to."""
    network = ip_network(entry)
    return ip_network(plain(network[0])) if network.num_addresses == 1 else network


NOTHING = Closed()
