"""Where connections may lead: what an address is, what a text names as a host, who is let through.

Rule: judges addresses and names as values; looks nothing up and opens nothing.
"""

from simulator.reach.closed import NOTHING, Closed
from simulator.reach.hosts import NoHost, address_in, host_in, is_odd
from simulator.reach.kinds import kind_of
from simulator.reach.reach import OPEN, Reach

__all__ = [
    "NOTHING",
    "OPEN",
    "Closed",
    "NoHost",
    "Reach",
    "address_in",
    "host_in",
    "is_odd",
    "kind_of",
]
