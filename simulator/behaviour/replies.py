"""A definition's replies as numbers: what each waits for, and what it does.

Rule: compiled once for a fleet; positions take the place of names, in the document's order.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.behaviour.commands import ABSENT, Received
from simulator.definition.behaviour.nesting import leaves_in, levels
from simulator.definition.behaviour.reply import Answer, Reply
from simulator.definition.document import Definition
from simulator.definition.expressions.expression import Expression
from simulator.definition.expressions.template import Template

_ARRIVED = "in."  # begins the names of what came in


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPlan:
    """One reply."""

    name: str
    reply: Reply
    codes: frozenset[int] | None  # statuses in which it is tried; None: all
    go: int | None  # the level that it leads to
    locals_: tuple[tuple[str, Expression], ...]
    sets: tuple[tuple[str, Expression], ...]
    arrived: frozenset[str]  # what it reads of the message: ``in.payload.id``
    names: frozenset[str]  # what else its expressions read

    @property
    def cause(self) -> str:
        """Why a mock goes where it leads, as far as the message is not known."""
        return f"reply {self.name} to"


def replies_of(definition: Definition) -> tuple[ReplyPlan, ...]:
    """Return the replies of a definition, in the document's order."""
    tree = levels(definition.statuses)
    positions = {name: position for position, name in enumerate(tree)}
    codes = {level.name: i for i, level in enumerate(x for x in tree.values() if x.is_leaf)}
    inside = {
        name: frozenset(codes[leaf] for leaf in leaves_in(definition.statuses, name))
        for name in tree
    }
    return tuple(
        _plan(name, reply, positions=positions, inside=inside)
        for name, reply in definition.replies.items()
    )


def _plan(
    name: str,
    reply: Reply,
    *,
    positions: Mapping[str, int],
    inside: Mapping[str, frozenset[int]],
) -> ReplyPlan:
    condition = () if reply.if_ is None else (reply.if_,)
    expressions = [*reply.with_.values(), *reply.set.values(), *condition]
    names = frozenset().union(*(each.names for each in expressions))
    names |= frozenset().union(*(text.names for each in reply.send for text in texts_of(each)))
    arrived = frozenset(each for each in names if each.startswith(_ARRIVED))
    return ReplyPlan(
        name=name,
        reply=reply,
        codes=frozenset().union(*(inside[each] for each in reply.in_)) if reply.in_ else None,
        go=None if reply.go is None else positions[reply.go],
        locals_=tuple(reply.with_.items()),
        sets=tuple(reply.set.items()),
        arrived=arrived,
        names=frozenset().union(*(each.names for each in expressions)) - arrived,
    )


def texts_of(answer: Answer) -> list[Template]:
    """Return the texts of an answer of its own."""
    if answer.message is not None:
        return []
    texts = [answer.topic, answer.path, answer.response_topic, answer.correlation]
    return [text for text in texts if text is not None] + [t for _, t in answer.templates()]


def arrived(message: Received, name: str) -> object:
    """Return what a name says of a message, ``in.payload.id``; None when there is nothing."""
    what, _, path = name.removeprefix(_ARRIVED).partition(".")
    if what == "text":
        return message.text
    if what == "topic":
        levels_ = message.topic.split("/")
        if not path:
            return message.topic
        return levels_[int(path)] if path.isdecimal() and int(path) < len(levels_) else None
    found = message.at(path)
    return None if found is ABSENT else found
