"""Who sends, told to targets where their protocol has room: HTTP's User-Agent, and a user property
of MQTT 5.

Rule: it stands behind what a customer says there himself, so that nobody hides from a stranger's
host; hosts that are proved or the operators' are told nothing.
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
    own = [each for each in said if each.lower() == name.lower()]
    more = {each: f"{said[each]} {AGENT}" for each in own} or {name: AGENT}
    return target.model_copy(update={word: said | more})
