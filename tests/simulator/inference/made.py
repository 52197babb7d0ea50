"""What the tests of inference ask of a definition that was made."""

import json
from typing import Any

import simulator
from simulator.inference import Inferred


def definition(inferred: Inferred) -> simulator.Definition:
    """Return the definition, sound; the text stands in the failure when it is not."""
    checked = simulator.check(inferred.text)
    assert checked.definition is not None, f"{checked.problems}\n{inferred.text}"
    return checked.definition


def payloads(inferred: Inferred, *, count: int = 50, mocks: int = 1) -> list[Any]:
    """Return the first payloads that its mocks send."""
    sent = simulator.preview(definition(inferred), mocks=mocks, duration=86_400.0, limit=count)
    return [json.loads(message.payload) for message in sent]


def note(inferred: Inferred, place: str) -> str:
    """Return what is said of a place."""
    return next(each.text for each in inferred.notes if each.place == place)
