"""A definition that is sound, and one that is stored."""

import pytest

from web.definitions import actions, preview
from web.definitions.models import Definition

SOUND = """\
name: Fridge
id: "f-{index:03d}"
metrics:
  # what the sensor says
  temperature: {unit: "°C", walk: {start: 4, step: 0.2, min: 0, max: 9}}
  door: {pick: [closed, open], order: in_order}
messages:
  telemetry:
    every: 10s
    topic: "fridges/{id}"
    json: {t: "{temperature:.1f}", door: "{door}"}
statuses:
  running: {send: [telemetry]}
"""
UNSOUND = SOUND.replace("{temperature:.1f}", "{temprature:.1f}")


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """On a slow machine too a preview comes to its end; tests of the limit say what it is."""
    monkeypatch.setattr(preview, "MOST_SECONDS", 600.0)


@pytest.fixture
def sound() -> str:
    return SOUND


@pytest.fixture
def unsound() -> str:
    return UNSOUND


@pytest.fixture
def definition(workspace, owner) -> Definition:
    return actions.create_definition(workspace, text=SOUND, by=owner)
