"""The exchange that a target needs.

Rule: what mocks have a connection of their own to, and what they share a client of, look the same
to the tower.
"""

import time
from collections.abc import Callable
from typing import Any

from simulator.lot import Target
from simulator.lot.producer_target import ProducerTarget
from simulator.transports.exchange import Exchange
from simulator.transports.parcel import Listener
from simulator.transports.producers import ProducerExchange, maker_of


def exchange_to(
    target: Target,
    *,
    listener: Listener,
    clock: Callable[[], float] = time.monotonic,
    **options: Any,
) -> Exchange | ProducerExchange:
    """Return the exchange of one shard with a target; ``options`` are those of its class.

    Raises:
        DefinitionError: the target cannot be, or the library that it needs is not installed.
    """
    if not isinstance(target, ProducerTarget):
        return Exchange(target, listener=listener, clock=clock, **options)
    make = maker_of(target.protocol)
    return ProducerExchange(target, make=make, listener=listener, clock=clock, **options)
