"""Sparkplug B: columns of values to payloads, and the commands that come back.

Rule: bytes in and out; who sends what and when is the fleet's.
"""

from simulator.sparkplug.decoding import Command, commands
from simulator.sparkplug.encoding import births, column, data, metrics, payload, sequence_field

__all__ = [
    "Command",
    "births",
    "column",
    "commands",
    "data",
    "metrics",
    "payload",
    "sequence_field",
]
