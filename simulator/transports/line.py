"""What an exchange remembers of one mock, from connect to disconnect, whatever its connections do.

Rule: a plain record; the exchange alone changes it.
"""

from collections.abc import Callable
from math import inf, nan
from typing import Any

from simulator.transports.parcel import Identity, Parcel


class Line:
    """One mock that is to be connected. About 130 bytes, for there are tens of thousands."""

    __slots__ = (
        "detour",
        "failures",
        "hops",
        "identity",
        "is_moved",
        "is_open",
        "is_wanted",
        "kept",
        "opened_at",
        "reason",
        "resumption",
        "retry_at",
        "row",
        "unsettled",
        "wire",
    )

    def __init__(self, row: int, identity: Identity) -> None:
        self.row = row
        self.identity = identity
        self.wire: Any = None  # the connection that stands or is being opened; a Wire
        self.is_wanted = True  # the mock is to be connected; never again once it was let go
        self.is_open = False  # the listener was told "opened", and not "lost" since
        self.opened_at = nan  # s
        self.failures = 0  # in a row
        self.reason = "still connecting"  # why it is down
        self.retry_at = inf  # s
        self.resumption: Any = None  # its last TLS session; a Resumption
        self.kept: Any = None  # what the protocol compiled for this mock, for its next connection
        # Hands out what the protocol keeps for the next connection; None: it keeps none.
        self.unsettled: Callable[[], list[Parcel]] | None = None
        self.detour: tuple[str, int] | None = None  # host and port that the target sent it to
        self.is_moved = False  # for good
        self.hops = 0  # redirects that were followed, one after the other
