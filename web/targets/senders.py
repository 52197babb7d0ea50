"""Who sends, told to targets where their protocol has room: HTTP's User-Agent, and a user property
of MQTT 5.

Rule: what a customer says himself stands; hosts that are proved or the operators' are told nothing.
"""

from typing import Any

from django.conf import settings

import simulator

AGENT = f"Mocklot/1 (+{settings.SITE_URL}/abuse)"
HEADER = "User-Agent"
PROPERTY = "sent-by"


def told(target: simulator.Target) -> simulator.Target:
    """Return a target whose mocks say who sends."""
    if target.protocol == "http":
        return _with(target, "headers", HEADER)
    if target.protocol == "mqtt" and getattr(target, "version", "") == "5":
        return _with(target, "user_properties", PROPERTY)
    return target


def _with(target: simulator.Target, word: str, name: str) -> simulator.Target:
    said: dict[str, Any] = dict(getattr(target, word, None) or {})
    if name.lower() in {each.lower() for each in said}:
        return target
    return target.model_copy(update={word: said | {name: AGENT}})
