"""What speaks each protocol, and over which road.

Rule: a new protocol is a wire in a module of its own, and a line here.
"""

from collections.abc import Callable
from typing import Any

from simulator.transports.coap import CoapWire
from simulator.transports.datagram import DatagramRoad
from simulator.transports.http import HttpWire
from simulator.transports.line import Line
from simulator.transports.mqtt import MqttWire
from simulator.transports.road import Road
from simulator.transports.tcp import TcpWire
from simulator.transports.udp import UdpWire
from simulator.transports.websocket_messages import WebSocketWire
from simulator.transports.wire import Office, Wire

WIRES: dict[str, Callable[[Office, Line], Wire[Any]]] = {
    "mqtt": MqttWire,
    "http": HttpWire,
    "coap": CoapWire,
    "tcp": TcpWire,
    "udp": UdpWire,
    "websocket": WebSocketWire,
}
# What opens them; a stream where nothing is said.
ROADS: dict[str, type[Road]] = {"coap": DatagramRoad, "udp": DatagramRoad}
