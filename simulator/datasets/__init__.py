"""Uploaded files as tables: CSV to replay, GPX to drive along.

Rule: a file is taken whole or refused by name and place; no row is skipped in silence.
"""

from simulator.datasets.dataset import Dataset, Kind

__all__ = ["Dataset", "Kind"]
