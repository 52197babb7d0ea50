"""How long messages are waited for, and how many at once: the parameters of transmission.

Rule: times in seconds; what follows from others is computed, never given.
Source: RFC 7252, section 4.8.
"""

from typing import NamedTuple

MAX_LATENCY = 100.0  # s that a datagram may take from one end to the other


class Timing(NamedTuple):
    """The parameters, with the defaults of the specification (table 2)."""

    ack_timeout: float = 2.0  # s to the first repetition, at least
    ack_random_factor: float = 1.5  # the first wait is up to this many times ``ack_timeout``
    max_retransmit: int = 4  # repetitions of one message
    nstart: int = 1  # interactions with the server that are open at once
    within: float = 100.0  # s for a request and its answer as a whole

    @property
    def exchange_lifetime(self) -> float:
        """How long the id of a confirmable message must not be used again, in s (247)."""
        span: float = self.ack_timeout * (2**self.max_retransmit - 1) * self.ack_random_factor
        return span + 2 * MAX_LATENCY + self.ack_timeout
