"""Values over time, as numpy columns over many mocks; one module a word, or a few words.

Rule: a new generator is a new module here and nothing else. Importing this package imports every
module beside its rooms, and so registers each generator's word.
"""

from importlib import import_module
from pkgutil import iter_modules

from simulator.generators.base import Cast, Column, Drawn, Sample, Values

__all__ = ["Cast", "Column", "Drawn", "Sample", "Values"]

for _module in iter_modules(__path__):
    if not _module.ispkg:
        import_module(f"{__name__}.{_module.name}")
