"""All mocks of a shard as arrays: what is due, when, with which payload. No clock, no socket."""

from simulator.fleet.due import Batch, Due, Move
from simulator.fleet.fleet import Fleet

__all__ = ["Batch", "Due", "Fleet", "Move"]
