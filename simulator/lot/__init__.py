"""The lot document: parts, target and timetable of a run, as values.

Rule: says what may be asked for; nothing here does anything.
"""

from simulator.lot.base import MAX_TEXT, Text
from simulator.lot.coap import CoapTarget
from simulator.lot.credentials import Credentials, Filled, Hmac, Jwt, Sas
from simulator.lot.deal import Deal
from simulator.lot.http import HttpTarget
from simulator.lot.lot import MAX_DURATION, MAX_MOCKS, MAX_RATE, Lot, Part
from simulator.lot.mqtt import MqttTarget, Parting, Will
from simulator.lot.pace import Late, Pace
from simulator.lot.ramp import Ramp
from simulator.lot.target import Target
from simulator.lot.targets import AnyTarget, target_of
from simulator.lot.tcp import TcpTarget
from simulator.lot.thresholds import Threshold
from simulator.lot.tls import Tls
from simulator.lot.udp import UdpTarget
from simulator.lot.websocket import WebSocket
from simulator.lot.websocket_target import WebSocketTarget

__all__ = [
    "MAX_DURATION",
    "MAX_MOCKS",
    "MAX_RATE",
    "MAX_TEXT",
    "AnyTarget",
    "CoapTarget",
    "Credentials",
    "Deal",
    "Filled",
    "Hmac",
    "HttpTarget",
    "Jwt",
    "Late",
    "Lot",
    "MqttTarget",
    "Pace",
    "Part",
    "Parting",
    "Ramp",
    "Sas",
    "Target",
    "TcpTarget",
    "Text",
    "Threshold",
    "Tls",
    "UdpTarget",
    "WebSocket",
    "WebSocketTarget",
    "Will",
    "target_of",
]
