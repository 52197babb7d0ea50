"""Values of one message that follow from each other: a temperature in two units, a dew point, a
current from a power.

Rule: a relation is taken only when the samples, where there are any, agree with it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, NamedTuple

from simulator.inference.known import snake
from simulator.inference.shape import Leaf

_FAHRENHEIT = re.compile(r"(_f|fahrenheit)$|(?<=temp)f$")
_CELSIUS = re.compile(r"(_c|celsius)$|(?<=temp)c$")


class Relation(NamedTuple):
    """A metric that follows from others of its message."""

    leaf: Leaf
    metric: dict[str, Any]
    note: str


@dataclass(frozen=True, slots=True)
class _Beside:
    """A value and those that stand beside or above it, with the names of their metrics."""

    leaf: Leaf
    others: Mapping[str, Leaf]  # by metric

    def find(self, pattern: str) -> tuple[str, Leaf] | None:
        """Return the metric of the first value beside it whose key has the pattern."""
        found = ((m, leaf) for m, leaf in self.others.items() if re.search(pattern, _key(leaf)))
        return next(found, None)


def relations(leaves: Sequence[Leaf], metrics: Mapping[Any, str]) -> Iterator[Relation]:
    """Yield what follows from what among the values of a message.

    Args:
        leaves: Its values.
        metrics: Path -> name of the metric that was made for it.
    """
    numeric = [leaf for leaf in leaves if leaf.path in metrics and not _is_text(leaf)]
    for leaf in numeric:
        beside = _Beside(leaf, {metrics[o.path]: o for o in numeric if _is_near(leaf, o)})
        for rule in (_fahrenheit, _dew_point, _current, _energy):
            relation = rule(beside)
            if relation is not None:
                yield relation
                break


def _fahrenheit(beside: _Beside) -> Relation | None:
    key = _key(beside.leaf)
    base = _FAHRENHEIT.sub("", key)
    if base == key:
        return None
    for metric, celsius in beside.others.items():
        if _CELSIUS.sub("", _key(celsius)) != base or _key(celsius) == base:
            continue
        if _agree(beside.leaf, (celsius,), lambda c: c * 1.8 + 32, within=0.3):
            note = f"{_key(celsius)} in °F"
            return Relation(beside.leaf, _formula(f"{metric} * 9 / 5 + 32", "°F"), note)
    return None


def _dew_point(beside: _Beside) -> Relation | None:
    temperature, humidity = beside.find(r"^(air_?)?temp"), beside.find(r"hum|(^|_)rh(_|$)")
    if not re.search(r"dew_?point", _key(beside.leaf)) or not temperature or not humidity:
        return None
    leaves = (temperature[1], humidity[1])
    if not _agree(beside.leaf, leaves, _magnus, within=1.0):
        return None
    formula = f"dew_point({temperature[0]}, {humidity[0]})"
    note = "follows from temperature and humidity"
    return Relation(beside.leaf, _formula(formula, "°C"), note)


def _current(beside: _Beside) -> Relation | None:
    power, voltage = beside.find(r"^(a|active_?)?power|watt"), beside.find(r"volt")
    if not re.search(r"^curr|^amp|ampere", _key(beside.leaf)) or not power or not voltage:
        return None
    triples = zip(beside.leaf.numbers, power[1].numbers, voltage[1].numbers, strict=False)
    factors = [p / (u * i) for i, p, u in triples if u and i]
    if not factors or not all(0.3 <= factor <= 1.05 for factor in factors):
        return None
    factor = min(1.0, round(sum(factors) / len(factors), 3))
    formula = f"{power[0]} / {voltage[0]} / {factor:g}"
    note = f"follows from power and voltage, power factor {factor:g}"
    return Relation(beside.leaf, _formula(formula, "A"), note)


def _energy(beside: _Beside) -> Relation | None:
    """A meter that counts what power says; kWh unless its name says Wh."""
    power = beside.find(r"^(a|active_?)?power|watt")
    path = "_".join(snake(step) for step in beside.leaf.path[-2:] if isinstance(step, str))
    is_total = re.search(r"energy|k?wh(_|$)", path) and isinstance(beside.leaf.path[-1], str)
    numbers = beside.leaf.numbers
    if not is_total or not power or list(numbers) != sorted(numbers):
        return None
    unit = "Wh" if re.search(r"(^|_)wh(_|$)", path) else "kWh"
    scale = {} if unit == "Wh" else {"scale": 0.001}
    integral = {"of": power[0], "per": "1h", **scale, "initial": numbers[0] if numbers else 0}
    note = f"counts what {_key(power[1])} says, in {unit}"
    return Relation(beside.leaf, {"unit": unit, "integral": integral}, note)


def _formula(text: str, unit: str) -> dict[str, Any]:
    return {"unit": unit, "formula": text}


def _is_near(leaf: Leaf, other: Leaf) -> bool:
    """Whether the other stands in the same mapping, or in one around it."""
    around = other.path[:-1]
    return other is not leaf and leaf.path[: len(around)] == around


def _agree(leaf: Leaf, others: Sequence[Leaf], compute: Any, *, within: float) -> bool:
    rows = list(zip(leaf.numbers, *(other.numbers for other in others), strict=False))
    return all(abs(row[0] - compute(*row[1:])) <= within for row in rows)


def _magnus(temperature: float, humidity: float) -> float:
    """Source: August-Roche-Magnus, with Alduchov and Eskridge's constants (1996)."""
    if not 0 < humidity <= 100:
        return float("nan")
    gamma = log(humidity / 100) + 17.625 * temperature / (243.04 + temperature)
    return 243.04 * gamma / (17.625 - gamma)


def _is_text(leaf: Leaf) -> bool:
    return bool(leaf.known) and not leaf.numbers


def _key(leaf: Leaf) -> str:
    return snake(leaf.name)
