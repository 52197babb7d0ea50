"""The definitions that the tower runs in a contest.

Rule: what they send is believable; the rate comes from the contest.
"""

from pathlib import Path
from typing import Any

import yaml

TEN = """
name: Cold-chain sensor
id: "cc-{index:06d}"
constants: {firmware: 2.4.1}
variables:
  site: {choice: {fukuoka: 5, tokyo: 3, osaka: 2}}
metrics:
  temperature: {walk: {start: 4, step: 0.2, min: -2, max: 12, pull: 0.05}}
  humidity: {sine: {mean: 72, amplitude: 8, period: 20min, noise: 1.5}}
  pressure: {normal: {mean: 1013, deviation: 4}}
  door: {pick: [closed, closed, closed, open], order: random}
  battery: {ramp: {from: 100, to: 0, over: 90d}}
  load: {uniform: {min: 0, max: 100}}
messages:
  telemetry:
    every: 1s
    topic: "plants/{site}/{id}/telemetry"
    qos: 0
    json:
      id: "{id}"
      at: "{now:iso}"
      seq: "{seq}"
      firmware: "{firmware}"
      temperature: "{temperature:.1f}"
      humidity: "{humidity:.1f}"
      pressure: "{pressure:.2f}"
      open: "{door == 'open'}"
      battery: "{battery:.2f}"
      load: "{load:.1f}"
statuses:
  running: {send: [telemetry], go: [{to: alarm, when: "temperature > 8"}]}
  alarm: {send: [telemetry], go: [{to: running, when: "temperature < 5"}]}
"""
_TESLA = Path(__file__).parents[2] / "definitions" / "tesla.yaml"  # MQTTX's scenario, 45 fields


def document(name: str, *, qos: int) -> dict[str, Any]:
    """Return the definition ``ten`` or ``forty-five`` (fields), its messages at ``qos``."""
    text = {"ten": TEN, "forty-five": _TESLA.read_text()}[name]
    made: dict[str, Any] = yaml.safe_load(text)
    for message in made["messages"].values():
        message["qos"] = qos
    return made
