"""What people write as a host, by its form alone; web.platform.reach says where it leads."""

import re
from ipaddress import ip_address

NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9.])?")


class AddressError(ValueError):
    """What somebody wrote is no host or no address; the text is a sentence for its author."""


def host_of(text: str) -> str:
    """Return a host's name or address without blanks and brackets.

    Raises:
        AddressError: It holds what no host does, as a scheme, a port or a path.
    """
    host = text.strip().removeprefix("[").removesuffix("]")
    if not host:
        raise AddressError("The address has no host. Write it as mqtts://broker.example:8883.")
    if "://" in host or "/" in host:
        raise AddressError(
            "Only the host belongs here, as in broker.example: the protocol, the port and the path "
            "have their own fields."
        )
    if not NAME.fullmatch(host) and not _is_ip_address(host):
        raise AddressError(f"“{host[:60]}” is neither a host name nor an IP address.")
    return host


def _is_ip_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
