"""From kinds of messages to a definition: metrics named, payload trees filled, all of it noted.

Rule: one metric for one quantity; the same key in two messages that says the same is one metric.
"""

import keyword
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.definition.checks.names import RESERVED
from simulator.definition.expressions.expression import CONSTANTS
from simulator.definition.text.places import place_of
from simulator.inference.grouping import DEFAULT_INTERVAL, DEFAULT_STEP, fine_duration
from simulator.inference.identity import Identity, escaped
from simulator.inference.known import snake
from simulator.inference.positions import Position, position_of
from simulator.inference.recognising import Reading, reading_of
from simulator.inference.relations import relations
from simulator.inference.shape import MAX_LEAVES, MAX_LIST, Burst, Leaf, Path, Shape, leaves
from simulator.inference.writing import Inferred, Note, yaml_of

LANGUAGE = 2  # version of the definition language that is written

_TAKEN = frozenset({*RESERVED, *CONSTANTS})


@dataclass(slots=True)
class Draft:
    """A definition in the making."""

    name: str
    identity: Identity
    metrics: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def add_message(self, name: str, shape: Shape, *, topic: str, every: str, note: str) -> None:
        """Add a message with the shape of its payload.

        Args:
            name: Of the message.
            shape: Of its payload.
            topic: A template, or empty: the default one.
            every: A duration; empty: a usual one.
            note: Where the interval and the topic are from.
        """
        body = _Body(self, self.identity, position_of(shape))
        tree = body.tree(shape)
        for relation in relations(list(leaves(shape)), body.metrics):
            self.metrics[body.metrics[relation.leaf.path]] = relation.metric
            self.notes.append(Note(place_of(relation.leaf.path), relation.note))
        message = {"every": every or DEFAULT_INTERVAL, **({"topic": topic} if topic else {})}
        self.messages[name] = {**message, "json": tree}
        self.notes.append(Note(f"messages.{name}", note))

    def inferred(self) -> Inferred:
        """Return the definition as text, with its notes."""
        document = {
            "version": LANGUAGE,
            "name": self.name,
            "id": self.identity.text,
            "metrics": self.metrics,
            "messages": self.messages,
        }
        latest = {note.place: note for note in self.notes}  # a relation says more than a name
        notes = [Note("id", self.identity.note), *latest.values()]
        used = {key: value for key, value in document.items() if value != {}}
        return Inferred(yaml_of(used), tuple(notes))

    def metric(self, leaf: Leaf, made: Mapping[str, Any]) -> str:
        """Add a metric and return its name; one that says the same is used again."""
        name = metric_name(leaf.words)
        described = {"description": leaf.description} if leaf.description else {}
        metric = {**described, **made}
        for taken in _names(name, leaf.words):
            if self.metrics.setdefault(taken, metric) == metric:
                return taken
        raise AssertionError("names never end")


class _Body:
    """Fills the payload of one message."""

    def __init__(self, draft: Draft, identity: Identity, position: Position | None) -> None:
        self._draft = draft
        self._identity = identity
        self._parts = _position_parts(draft, position)
        self.metrics: dict[Path, str] = {}  # of each value that has one

    def tree(self, shape: Shape, *, is_sample: bool = False) -> Any:
        """Return the payload of a shape; ``is_sample``: of what stands in a burst."""
        match shape:
            case Leaf():
                return self._leaf(shape)
            case Burst() if is_sample:  # a bulk holds no other bulk
                return [self.tree(shape.of, is_sample=True)] * min(shape.count, MAX_LIST)
            case Burst():
                step = fine_duration(shape.step) if shape.step else DEFAULT_STEP
                of = self.tree(shape.of, is_sample=True)
                return {"bulk": {"count": shape.count, "step": step, "of": of}}
            case dict():
                return {escaped(k): self.tree(v, is_sample=is_sample) for k, v in shape.items()}
            case list():
                return [self.tree(child, is_sample=is_sample) for child in shape]

    def _leaf(self, leaf: Leaf) -> Any:
        if leaf.path in self._parts:
            return self._parts[leaf.path]
        reading = reading_of(leaf, self._identity)
        if reading.metric is not None and len(self._draft.metrics) >= MAX_LEAVES:
            reading = Reading(leaf.known[0] if leaf.known else None, "one of too many; as seen")
        self._draft.notes.append(Note(place_of(leaf.path), reading.note))
        if reading.metric is None:
            return reading.value
        name = self.metrics[leaf.path] = self._draft.metric(leaf, reading.metric)
        return reading.value.replace("{", f"{{{name}", 1)


def _position_parts(draft: Draft, position: Position | None) -> dict[Path, str]:
    if position is None:
        return {}
    metric, note = position.metric()
    name = next(name for name in _names("position", ()) if name not in draft.metrics)
    draft.metrics[name] = metric
    draft.notes.append(Note(place_of(position.latitude.path), note))
    return {path: f"{{{name}.{part}:.6f}}" for path, part in position.paths.items()}


def metric_name(path: Path) -> str:
    """Return a name for a metric: the last key of its path, as an expression can use it."""
    words = [snake(step) for step in path if isinstance(step, str)]
    name = next((word for word in reversed(words) if word), "value")
    if isinstance(path[-1] if path else "", int):
        name = f"{name}_{path[-1]}"
    return _usable(name[:50])


def _names(name: str, path: Path) -> Iterator[str]:
    """Yield names for one metric: its own, with those of the parents before it, numbered."""
    yield name
    parents = [snake(step) for step in path[:-1] if isinstance(step, str)]
    for parent in reversed([each for each in parents if each]):
        name = _usable(f"{parent}_{name}"[-50:].strip("_"))
        yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def _usable(name: str) -> str:
    name = name if name.isidentifier() else f"m_{name}"
    return f"{name}_value" if name in _TAKEN or keyword.iskeyword(name) else name
