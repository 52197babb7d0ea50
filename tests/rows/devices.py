"""Devices of one metric or a few statuses, and what they would send, in virtual time."""

import json
from dataclasses import dataclass
from typing import Any

from simulator import parse_document, preview, read_dataset

START = 1_767_225_600.0  # Unix s: 2026-01-01T00:00:00Z


@dataclass(frozen=True)
class Said:
    """One message: ``t`` is s since the start, ``payload`` is read as JSON."""

    t: float
    mock: int
    status: str
    payload: Any


def sent_by(
    *,
    mocks: int = 1,
    duration: float,
    files: dict[str, bytes] | None = None,
    messages: dict[str, Any] | None = None,
    **parts: Any,
) -> list[Said]:
    """Return what devices send; ``parts`` and ``messages`` are those of a definition.

    Args:
        mocks: How many.
        duration: s.
        files: Datasets by name.
        messages: Without them each sends its number, its time and all its metrics once a second.
        parts: Such as ``metrics``, ``statuses``, ``variables``, ``id``.
    """
    named = {name: f"{{{name}}}" for name in parts.get("metrics", {})}
    every = {"m": {"every": "1s", "json": named}}
    document = {"name": "Device", "id": "d-{index}", "messages": messages or every, **parts}
    datasets = {name: read_dataset(name, data) for name, data in (files or {}).items()}
    definition = parse_document(document, datasets=datasets)
    return [
        Said(each.t, each.mock, each.status, json.loads(each.payload))
        for each in preview(
            definition, mocks=mocks, duration=duration, seed=7, start=START, datasets=datasets
        )
    ]
