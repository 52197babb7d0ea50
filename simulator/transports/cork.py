"""Several parcels of one mock as one write.

Rule: nothing waits here but for the moment in which the parcels of one call are encoded.

uvloop writes at once: each write is a call of the kernel, 6 to 9 µs, which is more than all that we
do for a message ourselves. A tower at full rate has two to four messages of a mock at a time.
"""

import asyncio
from typing import Any, cast

from simulator.transports.wire import Wire


class Cork:
    """Stands in for a wire's transport and keeps what is written, until ``pull``."""

    __slots__ = ("_held", "_transport", "_wire", "write")

    def __init__(self, wire: Wire[Any]) -> None:
        """Stop the wire's transport; whoever does it calls ``pull``."""
        self._wire = wire
        self._transport = wire.transport
        self._held: list[bytes] = []
        self.write = self._held.append
        wire.transport = cast(asyncio.Transport, self)

    def pull(self) -> None:
        """Give the wire its transport back, and write what was kept; the second call is nothing."""
        if cast(Any, self._wire.transport) is self:
            self._wire.transport = self._transport
        if self._held:
            self._transport.write(b"".join(self._held))
            self._held.clear()

    def close(self) -> None:
        """Write what was kept, then close."""
        self.pull()
        self._transport.close()

    def abort(self) -> None:
        """Write what was kept, for it counts as sent, then cut the connection."""
        self.pull()
        self._transport.abort()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
