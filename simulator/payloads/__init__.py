"""Columns of readings to bytes: payloads, topics and paths of many mocks at once."""

from simulator.payloads.body import Body, body

__all__ = ["Body", "body"]
