"""What of a definition a target's protocol cannot carry.

Rule: what a protocol has no use for is ignored, as MQTT ignores headers; what it ought to carry and
cannot is refused, so that nobody believes it was sent.
"""

from typing import Literal

from simulator.definition.document import Definition
from simulator.definition.message import Message
from simulator.definition.places import place_of
from simulator.errors import Problem

# Words of a message that only MQTT 5 has, and what each is.
_OF_MQTT_5 = {
    "properties": "user properties",
    "response_topic": "a response topic",
    "correlation": "correlation data",
}


def target_problems(
    definition: Definition, protocol: Literal["mqtt", "http"]
) -> tuple[Problem, ...]:
    """Return what a target cannot carry, with the places in the definition; none when it can."""
    if protocol == "http":
        return ()
    return tuple(
        Problem(place_of(("messages", name, word)), text)
        for name, message in definition.messages.items()
        for word, text in _refusals(message)
    )


def _refusals(message: Message) -> list[tuple[str, str]]:
    found = []
    if message.qos == 2:
        found.append(("qos", "the connection speaks QoS 0 and 1, got 2: choose one of them"))
    for word, what in _OF_MQTT_5.items():
        if getattr(message, word):
            found.append((word, f"the connection speaks MQTT 3.1.1, which has no {what}"))
    return found
