"""Words of a lot document that people write as text: read, held against the models, told at a line.

Rule: a mistake is a Problem at its place in the text; the models themselves know no text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from simulator.definition.refusals import findings_of
from simulator.definition.text.parsing import read_text
from simulator.definition.text.places import Finding, Path, problem_at
from simulator.errors import DefinitionError, Problem
from simulator.lot.base import Model
from simulator.lot.fault import Fault
from simulator.lot.faults import MAX_FAULTS, AnyFault
from simulator.lot.lot import Lot
from simulator.lot.order import Order
from simulator.lot.orders import order_of
from simulator.lot.target import Target
from simulator.lot.targets import target_of

T = TypeVar("T")


class _Faults(Model):
    """The part of a lot that is put in by hand while it runs."""

    faults: list[AnyFault] = Field(default_factory=list, max_length=MAX_FAULTS)


@dataclass(frozen=True, slots=True)
class Words(Generic[T]):
    """What a text says beside words that are known already, and what the two make together."""

    said: dict[str, Any]  # the text as plain data
    value: T | None  # None: something is wrong
    problems: tuple[Problem, ...]


def target_words(text: str, known: Mapping[str, Any]) -> Words[Target]:
    """Read options of a target, YAML or JSON: ``version: 5``, ``tls: {alpn: [mqtt]}``.

    Args:
        text: May be empty. What it says goes over what is known, in mappings word by word.
        known: The target as plain data; must have its protocol.
    """
    return words(text, known, target_of)


def lot_words(text: str, known: Mapping[str, Any]) -> Words[Lot]:
    """Read what a lot says beside its parts: ``pace: {connect_rate: 500}``, faults, thresholds.

    Args:
        text: As that of ``target_words``.
        known: The lot as plain data; must have its duration, parts and target.
    """
    return words(text, known, Lot.model_validate)


def fault_words(text: str) -> Words[list[Fault]]:
    """Read faults alone, as a lot has them: ``faults: [{fault: drop, aim: {share: 10%}}]``."""
    return words(text, {}, lambda data: [*_Faults.model_validate(data).faults])


def order_words(said: dict[str, Any]) -> Words[Order]:
    """Hold an order against its model: ``{"order": "rate", "factor": 2}``."""
    try:
        return Words(said, order_of(said), ())
    except ValidationError as error:
        findings = findings_in(error, said)
        return Words(said, None, tuple(problem_at(each, {}) for each in findings))


def words(text: str, known: Mapping[str, Any], read: Callable[[dict[str, Any]], T]) -> Words[T]:
    """Return what a text of words says, held against the model that ``read`` makes."""
    if not text.strip():
        said, marks = {}, {}
    else:
        try:
            found = read_text(text)
        except DefinitionError as error:
            return Words({}, None, error.problems)
        said, marks = {**found.data}, found.marks
    data = merged(known, said)
    try:
        return Words(said, read(data), ())
    except ValidationError as error:
        findings = findings_in(error, data)
        return Words(said, None, tuple(problem_at(each, marks) for each in findings))


def merged(known: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return both in one; where both have a mapping, that is merged too."""
    whole = {**known}
    for word, value in said.items():
        before = whole.get(word)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            value = merged(before, value)  # noqa: PLW2901  # the rest of the word's value
        whole[word] = value
    return whole


def findings_in(error: ValidationError, data: Any) -> list[Finding]:
    """Return what a model of the lot found wrong in plain data, each at a place that it has."""
    told = [{**each, "loc": _untagged(each["loc"], data)} for each in error.errors()]
    return findings_of(cast(list[ErrorDetails], told), data)


def _untagged(place: Path, data: Any) -> Path:
    """Return a place without the names of a union's kinds, which no document has."""
    path: list[str | int] = []
    for step in place[:-1]:
        is_there = step in data if isinstance(data, dict) else isinstance(step, int)
        if is_there:
            path.append(step)
            data = data[step]
    return (*path, *place[-1:])
