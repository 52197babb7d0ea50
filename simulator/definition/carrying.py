"""What of a definition a target's protocol cannot carry.

Rule: what a protocol has no use for is ignored, as MQTT ignores headers and HTTP ``retain``; what
it ought to carry and cannot is refused, so that nobody believes it was sent, or would be heard.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

from simulator.definition.behaviour.matching import On
from simulator.definition.behaviour.nesting import levels
from simulator.definition.document import Definition
from simulator.definition.messages.message import Message
from simulator.definition.text.places import Finding, Path, place_of
from simulator.errors import Problem
from simulator.speech import Speech

Findings: TypeAlias = Callable[[Definition], Iterator[Finding]]

# Words of a message that only MQTT 5 has, and what each is.
_OF_MQTT_5 = {
    "properties": "user properties",
    "response_topic": "response topic",
    "correlation": "correlation data",
}
_NOT_HEARD = "over {} nothing comes to a mock: take this out, or choose a target of MQTT"
_NOT_ONE = "over {} a mock hears of single resources: name one, without + and #"
_NO_NODE = "Sparkplug is spoken over MQTT alone: choose a target of MQTT"


def target_problems(definition: Definition, speech: Speech) -> tuple[Problem, ...]:
    """Return what a target cannot carry, with the places in the definition; none when it can.

    A protocol by which nothing comes to a mock carries none of what mocks wait for: commands of
    replies and transitions, or a Sparkplug host.
    """
    findings = partial(_findings, speech=speech)
    found = [Problem(place_of(each.path), each.text) for each in _in_all(definition, findings)]
    return tuple(dict.fromkeys(found))  # a method may wait for several commands


def _in_all(definition: Definition, findings: Findings) -> Iterator[Finding]:
    yield from findings(definition)
    if definition.children is not None:
        for each in findings(definition.children.definition):
            yield Finding(("children", *each.path), each.text)


def _findings(definition: Definition, *, speech: Speech) -> Iterator[Finding]:
    if definition.sparkplug is not None and not speech.is_mqtt:
        yield Finding(("sparkplug",), _NO_NODE)
    if not speech.hears:
        yield from _unheard(definition, speech)
    elif not speech.has_wildcards:
        yield from _unobservable(definition, speech)
    if speech.is_mqtt:
        yield from _unsaid(definition, speech)


def _unheard(definition: Definition, speech: Speech) -> Iterator[Finding]:
    """Yield what mocks wait for in vain."""
    text = _NOT_HEARD.format(speech.words)
    for path, _ in _awaited(definition):
        yield Finding(path, text)


def _unobservable(definition: Definition, speech: Speech) -> Iterator[Finding]:
    """Yield what is no single resource."""
    for path, on in _awaited(definition):
        text = "".join(part if isinstance(part, str) else "x" for part in on.topic.parts)
        if not {"+", "#"}.isdisjoint(text.split("/")):
            yield Finding(path, _NOT_ONE.format(speech.words))


def _awaited(definition: Definition) -> Iterator[tuple[Path, On]]:
    """Yield each message that mocks wait for, with its place."""
    for name, reply in definition.replies.items():
        yield _made_by(definition, "replies", name), reply.on
    for level in levels(definition.statuses).values():
        for place, leaving in enumerate(level.status.go):
            if leaving.on is not None:
                yield (*level.path, "go", place, "on"), leaving.on


def _unsaid(definition: Definition, speech: Speech) -> Iterator[Finding]:
    """Yield what of a message this version of MQTT cannot say."""
    for path, message in messages_of(definition):
        if message.qos > speech.qos:
            text = f"the connection speaks QoS 0 to {speech.qos}, got {message.qos}"
            yield Finding((*path, "qos"), text)
        for word, what in _OF_MQTT_5.items():
            if getattr(message, word) and not speech.has_properties:
                text = f"the connection speaks {speech.words}, which has no {what}"
                yield Finding((*path, word), text)


def messages_of(definition: Definition) -> Iterator[tuple[Path, Message]]:
    """Yield every message, also those that only a reply sends, with its place; not of children."""
    for name, message in definition.messages.items():
        yield ("messages", name), message
    for name, reply in definition.replies.items():
        for place, answer in enumerate(reply.send):
            if answer.message is None:
                where: Path = ("send", place) if len(reply.send) > 1 else ("send",)
                yield ("replies", name, *where), answer


def _made_by(definition: Definition, section: str, name: str) -> Path:
    """Return the place of a reply: where it stands, or the method that it was made of."""
    method = definition.made.get((section, name))
    return (section, name, "on") if method is None else ("methods", method)
