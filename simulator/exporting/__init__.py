"""A tower's figures for those who watch it: Prometheus asks for them, OTLP is told.

Rule: labels are the lot, the run and the tower, never a mock; whoever has the tower hands over each
second what its shards tell, and nothing here is asked of the loop.
"""

from simulator.exporting.export import Export, Exports
from simulator.exporting.families import Family, families
from simulator.exporting.figures import Figures

__all__ = ["Export", "Exports", "Family", "Figures", "families"]
