"""Which readings of a definition say where a mock is.

Rule: decided by the definition alone, so that all who ask of a run hear the same.
"""

import re

from simulator.definition.document import Definition

Pair = tuple[str, str]  # the readings that are latitude and longitude, degrees

_PARTS = ("lat", "lon")
_MOVES = "route"  # the generator that goes before others with the same parts
_LATITUDE = re.compile(r"(?P<before>.*?)_?lat(itude)?", re.IGNORECASE)
_LONGITUDE = re.compile(r"(?P<before>.*?)_?(lon|lng|long|longitude)", re.IGNORECASE)


def position_names(definition: Definition) -> Pair | None:
    """Return the readings that say where a mock is; None where a definition has none.

    The first metric that is a ``route``, else the first one with parts ``lat`` and ``lon``, else
    the first constant, variable or metric that is called so, with its counterpart: ``lat`` or
    ``latitude`` and ``lon``, ``lng``, ``long`` or ``longitude``, with the same beginning.
    """
    having = [name for name, m in definition.metrics.items() if set(_PARTS) <= set(m.parts())]
    moving = [name for name in having if definition.metrics[name].generator.word == _MOVES]
    for metric in (*moving, *having):
        return f"{metric}.{_PARTS[0]}", f"{metric}.{_PARTS[1]}"
    single = [name for name, metric in definition.metrics.items() if not metric.parts()]
    return _named([*definition.constants, *definition.variables, *single])


def _named(names: list[str]) -> Pair | None:
    """Return the first name of a latitude that has its longitude beside it."""
    longitudes: dict[str, str] = {}
    for name in names:
        if found := _LONGITUDE.fullmatch(name):
            longitudes.setdefault(found["before"].lower(), name)
    for name in names:
        found = _LATITUDE.fullmatch(name)
        if found and (beside := longitudes.get(found["before"].lower())):
            return name, beside
    return None
