"""ipv4 and ipv6: addresses in a network."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from simulator.definition.metrics.generator import register
from simulator.definition.model import reader, show
from simulator.errors import DefinitionError
from simulator.generators.base import Cast
from simulator.generators.parts.identity import Identity, Maker, Order
from simulator.generators.parts.permuting import MAX_SIZE, Permutation

_LONGEST_WITH_ENDS = 30  # of a longer prefix both addresses are hosts. Source: RFC 3021


def _read_ipv4(value: Any) -> str:
    try:
        return str(IPv4Network(value if isinstance(value, str) else ""))
    except ValueError as error:
        raise DefinitionError(_refusal(value, "10.0.0.0/8", error)) from None


def _read_ipv6(value: Any) -> str:
    try:
        return str(IPv6Network(value if isinstance(value, str) else ""))
    except ValueError as error:
        raise DefinitionError(_refusal(value, "2001:db8::/32", error)) from None


def _refusal(value: Any, example: str, error: ValueError) -> str:
    why = f" ({error})" if "host bits" in str(error) else ""
    return f"needs a network such as {example}, got {show(value)}{why}"


def _schema(example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": [example]})


@register("ipv4")
class Ipv4(Identity):
    """An address of ``network``, whose first and last address are no host's.

    A permutation of the mock's number: no two mocks have the same while the network has room for
    all; then addresses come again.

    Gives text.
    """

    shorthand: ClassVar[str | None] = "network"
    purpose: ClassVar[str] = "a host in a network"
    examples: ClassVar[tuple[str, ...]] = ("{ipv4: 192.168.0.0/16}",)
    is_dealt: ClassVar[bool] = False

    network: Annotated[str, BeforeValidator(reader(_read_ipv4)), _schema("10.0.0.0/8")] = Field(
        default="10.0.0.0/8", description="In CIDR notation, address/bits"
    )

    def maker(self, cast: Cast, name: str) -> Maker:
        network = IPv4Network(self.network)
        ends = 1 if network.prefixlen <= _LONGEST_WITH_ENDS else 0
        size = network.num_addresses - 2 * ends
        permutation = Permutation(size, seed=cast.seed, name=name)
        first = int(network.network_address) + ends

        def make(order: Order) -> list[str]:
            hosts = permutation.of(order.ordinals(size)) + first
            return [str(IPv4Address(host)) for host in hosts.tolist()]

        return make


@register("ipv6")
class Ipv6(Identity):
    """An address of ``network``, as RFC 5952 writes it.

    Its last 62 bits, or all that are free, are a permutation of the mock's number; others are 0.
    No two mocks have the same while the network has room for all; then addresses come again.

    Gives text.
    """

    shorthand: ClassVar[str | None] = "network"
    purpose: ClassVar[str] = "a host in a network"
    examples: ClassVar[tuple[str, ...]] = ('{ipv6: "2001:db8:0:1::/64"}',)
    is_dealt: ClassVar[bool] = False

    network: Annotated[str, BeforeValidator(reader(_read_ipv6)), _schema("2001:db8::/32")] = Field(
        default="2001:db8::/32", description="In CIDR notation, address/bits"
    )

    def maker(self, cast: Cast, name: str) -> Maker:
        network = IPv6Network(self.network)
        size = min(network.num_addresses, MAX_SIZE)
        permutation = Permutation(size, seed=cast.seed, name=name)
        first = int(network.network_address)

        def make(order: Order) -> list[str]:
            hosts = permutation.of(order.ordinals(size)).tolist()
            return [str(IPv6Address(first + host)) for host in hosts]

        return make
