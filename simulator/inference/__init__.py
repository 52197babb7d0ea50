"""A definition out of what a device has sent (samples, recordings) or of what describes it.

Rule: what comes out is a document that ``parse`` takes, and a note for every guess in it.
"""

from simulator.inference.fitting import Comparison, compare, infer_recording
from simulator.inference.samples import Sample, read_samples
from simulator.inference.sources import infer
from simulator.inference.writing import Inferred, Note

__all__ = [
    "Comparison",
    "Inferred",
    "Note",
    "Sample",
    "compare",
    "infer",
    "infer_recording",
    "read_samples",
]
