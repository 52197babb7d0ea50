"""How many dynos the work asks for, whatever was done of it. Rule: pure."""

import math

FULL = 0.6  # of the console's threads that may be busy on the average


def workers(mocks: int, messages: float, *, most_mocks: int, most_messages: float) -> int:
    """Return how many towers hold so many mocks, which send so many messages a second.

    Args:
        mocks: All of them, 0 and up.
        messages: A second, 0 and up.
        most_mocks: That one tower takes.
        most_messages: A second that one tower sends.
    """
    return math.ceil(max(mocks / most_mocks, messages / most_messages) - 1e-9)


def consoles(load: float, *, threads: int) -> int:
    """Return how many dynos of ``threads`` answer ``load`` requests at once, with room to spare."""
    return max(1, math.ceil(load / (threads * FULL) - 1e-9))
