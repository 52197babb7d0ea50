"""What a target's page tells beside its fields: what it can carry, who its mocks are.

Rule: of a secret that is made its parameters are told, and never its key.
"""

from collections.abc import Mapping
from typing import Any

from web.datasets.models import Dataset
from web.targets import actions, checks
from web.targets.made_forms import KINDS
from web.targets.models import Target

SECRETS = {"password": "Password", "token": "Token"}


def shown(target: Target) -> dict[str, Any]:
    """Return what the page needs: ``speech`` in sentences, ``made`` secrets, ``kept`` ones, and
    the ``columns`` that its table has and that its profile ``misses``.

    Raises:
        SealBroken: None of this installation's keys opens its secrets.
    """
    held = actions.held_secrets(target)
    columns = table_columns(target)
    wanted = target.guidance.get("columns", [])
    return {
        "speech": speech_words(target),
        "made": {
            name: {"label": label, "facts": secret_facts(held[name])}
            for name, label in SECRETS.items()
            if isinstance(held.get(name), dict)
        },
        "kept": {name: name in held for name in _KEPT},
        "certificate": "certificate" in held,
        "columns": columns,
        "misses": [name for name in wanted if name not in columns],
    }


_KEPT = ("username", "hmac_key", "client_secret", "observer_username", "observer_password")


def speech_words(target: Target) -> list[str]:
    """Return in short sentences what of a definition the target's protocol carries."""
    speech = actions.speech_of(target)
    to = "a topic" if speech.addresses == "topic" else "a path"
    quality = f"QoS 0 to {speech.qos}" if speech.is_mqtt else "no QoS of its own"
    return [
        f"{speech.words}, {quality}; messages go to {to}.",
        "Commands and replies reach the mocks."
        if speech.hears
        else "Mocks send only: no command reaches them.",
        *(["Messages carry properties of their own."] if speech.has_properties else []),
    ]


def secret_facts(words: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a page tells of a secret that is made: labels and values, and no key."""
    form = KINDS[words["kind"]]
    column = checks.placeholder(words[form.hidden])
    fields = form(None, prefix="shown", stored=words)
    told = {name: fields.initial.get(name) for name in fields.fields if name != form.hidden}
    said = [
        (str(fields.fields[name].label), ", ".join(f"{value}".splitlines()))
        for name, value in told.items()
        if value
    ]
    key = f"{column}, of the credential table" if column else "set, and not shown"
    return [("Made", form.title), (str(fields.fields[form.hidden].label), key), *said]


def table_columns(target: Target) -> list[str]:
    """Return the columns of the table that the target deals; none where there is none."""
    return columns_of(target.table) if target.table else []


def columns_of(table: Dataset) -> list[str]:
    """Return the columns of a credential table; none where it is not ready."""
    return [column["name"] for column in table.current.facts["columns"]] if table.current else []
