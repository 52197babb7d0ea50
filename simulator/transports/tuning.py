"""What is asked of the kernel for each connection, and why.

Rule: an option without a reason is not set; what the kernel does better by itself is left to it.
"""

import asyncio
import socket
from typing import Any

# Left as they are:
# TCP_NODELAY   set by asyncio and uvloop: messages are small and each must leave at once.
# SO_KEEPALIVE  every protocol here knows when its far side is silent, and tells why.
# SO_SNDBUF, SO_RCVBUF  the kernel takes pages only when there are bytes: a silent connection costs
#               it 3 kB whatever these say, and setting them ends its adjustment to long roads.
# SO_REUSEADDR  is for those who listen; for a port in use towards the same target it changes
#               nothing.

# ms that bytes may stay unacknowledged before the connection counts as broken; Linux itself takes
# 15 min. At QoS 0 nobody else notices that a far side has lost its power.
USER_TIMEOUT = 60_000
# bytes that the kernel takes of those that cannot be sent yet. It would take up to 4 MB for each
# connection to a target that does not read: 40 GB for 10,000, and a message is told as sent long
# before it leaves. Now a mock knows after 128 kB that its target reads too slowly.
UNSENT = 128 * 1024

_OPTIONS = [
    (socket.IPPROTO_TCP, number, value)
    for number, value in (
        (getattr(socket, "TCP_USER_TIMEOUT", None), USER_TIMEOUT),
        (25 if hasattr(socket, "TCP_USER_TIMEOUT") else None, UNSENT),  # TCP_NOTSENT_LOWAT, Linux
    )
    if number is not None
]


def tune(transport: asyncio.BaseTransport) -> None:
    """Set what is set for every stream; 5 µs."""
    connection: Any = transport.get_extra_info("socket")
    if connection is not None and not transport.is_closing():
        for level, option, value in _OPTIONS:
            connection.setsockopt(level, option, value)
