"""How far the plan of one shard is followed at once.

Rule: told what fell due and which connections were made; it lengthens and shortens itself.
"""

import math

import numpy as np

from simulator.recording import Board, Link

# How far the plan is followed at once, in s, so that some 4,000 messages are sent before sockets
# are read again: less makes small batches, which cost 10 times as much a message, more a late loop.
# Only a tower that is behind has so many. With 1,000 mocks each then has four for one write: 9.1 µs
# of CPU a message at QoS 0 instead of 12.5 with 2,000, and acknowledgements are read 50 ms later.
STRIDE_SENDS = 4_000
# The same for each mock, where nothing is acknowledged: then nobody waits for sockets to be read,
# and 10,000 mocks have more than one message for a write too: 19.4 to 15.4 µs at QoS 0. A stride of
# 0.2 s instead of 0.1 makes it 11.7, and takes 20 MB more for what is sent at once.
STRIDE_SENDS_EACH = 2
# The same while mocks are being connected, and then the loop has as long for them: connections are
# opened a few in each of its turns, and sends that are late already must not keep them waiting.
STRIDE_SENDS_OPENING = 500
OPENING = 0.02  # share of the mocks that wait for a connection
OPENING_FOR = 0.25  # s since one was made; those that nobody answers do not slow the others down
SHORTEST_STRIDE = 0.01
LONGEST_STRIDE = 0.1


class Stride:
    """The part of a plan that is done at once; all times are of the run."""

    def __init__(self, board: Board) -> None:
        """``board``: the shard's, which says who waits for a connection."""
        self.length = SHORTEST_STRIDE  # s of the plan
        self.is_opening = False  # many mocks wait for a connection, and others are getting theirs
        self._link = board["link"]
        # Messages in a stride; no more than STRIDE_SENDS once one is to be acknowledged.
        self._sends = max(STRIDE_SENDS, STRIDE_SENDS_EACH * len(board))
        self._opened = -math.inf  # s of the run at which a mock was connected last

    def opened(self, t: float) -> None:
        """Take note that a mock was connected."""
        self._opened = t

    def await_answers(self) -> None:
        """Take note that something is to be acknowledged: sockets are to be read sooner."""
        self._sends = STRIDE_SENDS

    def pace(self, taken: int, t: float) -> None:
        """Lengthen while little falls due in it, shorten while it is too much.

        ``taken``: messages that fell due in the stride that ended at ``t``.
        """
        self.is_opening = t - self._opened < OPENING_FOR and self._share_connecting() > OPENING
        wanted = STRIDE_SENDS_OPENING if self.is_opening else self._sends
        if taken > 2 * wanted:
            self.length = max(SHORTEST_STRIDE, self.length / 2)
        elif taken < 0.75 * wanted:
            self.length = min(LONGEST_STRIDE, self.length * 2)

    def _share_connecting(self) -> float:
        return np.count_nonzero(self._link == Link.CONNECTING) / len(self._link)
