"""Who is let through: what an operator allows beside public hosts, and what is refused.

Rule: told what a name stands for; the judgement of an address never depends on the name that led
there, unless an operator named it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from simulator.reach.hosts import Host, NoHost, address_in, host_in, is_odd
from simulator.reach.kinds import METADATA, NO_SERVERS, Ip, kind_of, plain

EVERYTHING = "*"
# Names that mean something inside of a machine or a network alone: RFC 6761, 6762, 7686, 8375, and
# ICANN's "internal". What else leads inside shows by its address.
_INSIDE: tuple[str, ...] = (
    *("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa", "onion"),
    *("ip6-localhost", "ip6-loopback"),
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which addresses may be connected to.

    Public ones always; others where one of ``networks`` holds them, or a name of ``names`` led
    there (``*.plant.example`` are all below it). Neither a name nor ``*`` lets through what is no
    server's own address, such as a multicast one; an address of a cloud's metadata is let through
    by its own entry alone. ``is_limited`` False: everything, as on somebody's own machine.
    """

    networks: frozenset[IPv4Network | IPv6Network] = frozenset()
    names: frozenset[str] = frozenset()
    is_limited: bool = True

    @classmethod
    def of(cls, entries: Iterable[str]) -> "Reach":
        """Return what a list of networks, addresses and names allows; ``*`` is all that is not
        metadata.

        Raises:
            ValueError: An entry is none of these; the text names it.
        """
        networks: set[IPv4Network | IPv6Network] = set()
        names: set[str] = set()
        for entry in entries:
            if entry == EVERYTHING:
                networks |= {ip_network("0.0.0.0/0"), ip_network("::/0")}
                names.add(EVERYTHING)
                continue
            try:
                networks.add(ip_network(entry))
            except ValueError:
                names.add(_name_of(entry))
        return cls(frozenset(networks), frozenset(names))

    def allows_name(self, host: str) -> bool:
        """Whether an operator named this host, or one above it, wherever it leads."""
        if EVERYTHING in self.names:
            return True
        name = host.rstrip(".").lower()
        above = name.split(".")
        return name in self.names or any(
            f"*.{'.'.join(above[place:])}" in self.names for place in range(1, len(above))
        )

    def allows(self, address: Ip) -> bool:
        """Whether an operator named this address, or a network that holds it."""
        real, kind = plain(address), kind_of(address)
        if kind == METADATA:
            return ip_network(real) in self.networks
        least = 1 if kind in NO_SERVERS else 0  # bits of a network that says which it means
        return any(
            real in network
            for network in self.networks
            if network.version == real.version and network.prefixlen >= least
        )

    def refusal(self, address: str, *, host: str = "") -> str:
        """Return what an address is that may not be connected to; empty: it may.

        Args:
            address: An IP address; of IPv6 also with its zone, which only link-local ones need.
            host: The name that led there.
        """
        if not self.is_limited:
            return ""
        found = address_in(address)
        if self.allows(found):
            return ""
        kind = kind_of(found)
        is_named = bool(host) and self.allows_name(host)
        return "" if is_named and kind not in NO_SERVERS else kind

    def trouble(self, text: str) -> str:
        """Return in a sentence why nothing may be sent to what a text names; empty: it may.

        What the name stands for is not looked up.
        """
        if not self.is_limited:
            return ""
        try:
            host = host_in(text)
        except NoHost as error:
            return str(error)
        if isinstance(host, str):
            return self._trouble_of_name(host)
        if words := self.refusal(str(host)):
            return f"Nothing may be sent to {text.strip()[:60]}: it is {words}."
        if is_odd(text, host) and not self.allows(host):
            return f"“{text.strip()[:60]}” is an unusual way to write {host}. Write that."
        return ""

    def _trouble_of_name(self, name: str) -> str:
        is_inside = any(name == each or name.endswith(f".{each}") for each in _INSIDE)
        if is_inside and not self.allows_name(name):
            return f"Nothing may be sent to {name}: it is a name inside of a machine or a network."
        return ""


OPEN = Reach(is_limited=False)


def _name_of(entry: str) -> str:
    wild = entry.startswith("*.")
    try:
        host: Host = host_in(entry.removeprefix("*.") if wild else entry)
    except NoHost:
        host = ""
    if not isinstance(host, str) or not host:
        raise ValueError(f"{entry!r} is no network, address or name of a host")
    return f"*.{host}" if wild else host
