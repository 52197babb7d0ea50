"""What goes wrong on purpose: to whom, when, and what of a message.

Rule: told the time, opens no socket; all that happens is fixed by the run's seed and the mocks' own
numbers.
"""

from simulator.faults.connections import Connections, Deeds
from simulator.faults.crowd import Crowd
from simulator.faults.load import marked
from simulator.faults.timeline import Change, Span, Spell, Timeline
from simulator.faults.way import Lost, Way

__all__ = [
    "Change",
    "Connections",
    "Crowd",
    "Deeds",
    "Lost",
    "Span",
    "Spell",
    "Timeline",
    "Way",
    "marked",
]
