"""From what a ready profile builds to a target of the console.

Rule: what has a field goes into its field, and the rest into the options, so that the form of the
target shows all of it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404

import simulator
from web.targets import actions, checks
from web.targets.actions import Change
from web.targets.models import Target

FIELDS = ("protocol", "host", "port", "client_id", "keep_alive", "version", "clean_start")
TLS = ("ca", "verify", "server_name")
SUBPROTOCOL = "mqtt"  # of a WebSocket, where nothing else is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What a profile makes: fields of a target, and its secrets."""

    fields: Mapping[str, Any]
    changes: Mapping[str, Change]  # of password and token, for ``actions.save_target``
    held: Mapping[str, Any]  # for ``actions.hold_secrets``


def profile_named(name: str) -> simulator.Profile:
    """Return a ready profile.

    Raises:
        Http404: There is none of this name.
    """
    if name not in simulator.PROFILES:
        raise Http404("no such profile")
    return simulator.PROFILES[name]


def making_of(profile: simulator.Profile, values: Mapping[str, str]) -> Making:
    """Return what the inputs make.

    Raises:
        DefinitionError: As of ``Profile.build``.
    """
    built = profile.build(values)
    typed = [values.get(each.name, "").strip() for each in profile.inputs if each.is_secret]
    fields, held = _shared(built.credentials, typed)
    guidance = {
        "columns": list(built.columns),
        "notes": list(built.notes),
        "topics": [{"use": each.use, "topic": each.topic} for each in built.topics],
    }
    return Making(
        fields=fields_of(built.target) | fields | {"profile": profile.name, "guidance": guidance},
        changes={name: _plain(built.credentials, name) or None for name in ("password", "token")},
        held=held,
    )


def put(target: Target, making: Making) -> None:
    """Put what a profile makes into a target; it is not saved, ``changes`` are left to that."""
    for name, value in making.fields.items():
        setattr(target, name, value)
    actions.hold_secrets(target, making.held)


def fields_of(words: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a target that a document of the simulator says."""
    rest = dict(words)
    fields = {name: rest.pop(name) for name in FIELDS if name in rest}
    tls = rest.pop("tls", None)
    if tls is not None:
        fields |= {"has_tls": True, **{name: tls[name] for name in TLS if name in tls}}
        rest["tls"] = {name: value for name, value in tls.items() if name not in TLS and value}
    inner = rest.pop("websocket", None)
    if inner is not None:
        fields |= {"has_websocket": True, "websocket_path": inner.get("path", "/mqtt")}
        rest["websocket"] = {
            name: value
            for name, value in inner.items()
            if name != "path" and (name, value) != ("subprotocol", SUBPROTOCOL)
        }
    return fields | {"options": _text({word: value for word, value in rest.items() if value})}


def _text(words: Mapping[str, Any]) -> str:
    """Return words as a text of options: JSON behind each, which is YAML too."""
    lines = [f"{word}: {json.dumps(value, ensure_ascii=False)}\n" for word, value in words.items()]
    return "".join(lines)


def _shared(
    credentials: Mapping[str, Any], typed: list[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the user name as a field, and all that is kept sealed beside password and token."""
    held = {
        word: value
        for word, value in credentials.items()
        if value and word != "username" and not _plain(credentials, word)
    }
    username = credentials.get("username", "")
    if any(secret in username for secret in typed if secret and not checks.placeholder(secret)):
        return {}, held | {"username": username}
    return {"username": username}, held


def _plain(credentials: Mapping[str, Any], word: str) -> str:
    """Return a password or token that is the same for all; empty: there is none."""
    value = credentials.get(word, "")
    return value if word in ("password", "token") and isinstance(value, str) else ""
