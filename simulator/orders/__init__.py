"""The orders that a run is given while it goes on: which are due when, and whether they can work.

Rule: told the time; who does what is ordered is the tower.
"""

from simulator.orders.agenda import Agenda, Entry

__all__ = ["Agenda", "Entry"]
