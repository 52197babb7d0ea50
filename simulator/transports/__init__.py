"""The only package that opens sockets: all connections of one shard to one target.

Rule: a transport owns sockets and asks the loop; what bytes mean is decided in ``protocols``.
"""

from simulator.transports.exchange import Exchange
from simulator.transports.making import exchange_to
from simulator.transports.parcel import Identity, Listener, Parcel
from simulator.transports.road import check_road

__all__ = ["Exchange", "Identity", "Listener", "Parcel", "check_road", "exchange_to"]
