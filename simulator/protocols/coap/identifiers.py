"""Message ids: ours, none used again too early, and those of the far side that were seen already.

Rule: bounded, whatever is sent and whatever comes. Source: RFC 7252, sections 4.4, 4.5 and 4.8.2.
"""

from collections import OrderedDict

from simulator.errors import TargetError

IDS = 65_536
BLOCK = 1_024  # ids whose last use is remembered together, so that 64 moments are enough
# Messages of the far side that are remembered. A server that keeps to NSTART sends far fewer to
# one client within the lifetime of an exchange.
MAX_REMEMBERED = 256


class Ids:
    """Ids for messages to one far side, counted upwards from a random one."""

    __slots__ = ("_lifetime", "_next", "_used")

    def __init__(self, first: int, lifetime: float) -> None:
        """
        Args:
            first: The first one, 0 to 65,535.
            lifetime: s in which none is used again.
        """
        self._next = first
        self._lifetime = lifetime
        self._used: dict[int, float] = {}  # block -> when one of its ids was used last, s

    def take(self, now: float) -> int:
        """Return an id that was not used within the lifetime.

        Raises:
            TargetError: There is none.
        """
        message_id = self._next
        block, within = divmod(message_id, BLOCK)
        if within == 0 and now - self._used.get(block, -self._lifetime) < self._lifetime:
            raise TargetError(f"all message ids were used within {self._lifetime:g} s")
        self._used[block] = now
        self._next = (message_id + 1) % IDS
        return message_id


class Seen:
    """What came from the far side lately, and what was said to it: a repetition is told the same
    again, and does nothing else."""

    __slots__ = ("_lifetime", "_replies")

    def __init__(self, lifetime: float) -> None:
        """``lifetime``: s for which a message is remembered."""
        self._lifetime = lifetime
        self._replies: OrderedDict[int, tuple[float, bytes]] = OrderedDict()

    def reply(self, message_id: int, now: float) -> bytes | None:
        """Return what was said to a message, empty for nothing; None when it is a new one."""
        replies = self._replies
        while replies and now - next(iter(replies.values()))[0] >= self._lifetime:
            replies.popitem(last=False)
        known = replies.get(message_id)
        return None if known is None else known[1]

    def keep(self, message_id: int, reply: bytes, now: float) -> None:
        """Remember what was said to a message."""
        self._replies[message_id] = (now, reply)
        if len(self._replies) > MAX_REMEMBERED:
            self._replies.popitem(last=False)
