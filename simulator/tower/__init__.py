"""The asyncio shell: fleets, transports and recording at work together.

Rule: the only package that knows all of them; what they decide is theirs.
"""

from simulator.tower.assignment import Assignment
from simulator.tower.calls import EachSecond
from simulator.tower.loop import run_in_loop
from simulator.tower.resume import Resume, Told
from simulator.tower.snapshot import Snapshot
from simulator.tower.tower import Tower

__all__ = ["Assignment", "EachSecond", "Resume", "Snapshot", "Told", "Tower", "run_in_loop"]
