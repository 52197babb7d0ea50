"""Payloads of messages, made of columns that a test gives."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulator.definition.messages.message import Message
from simulator.payloads import body


def column(values: Any) -> Any:
    """A column as a fleet has it; a single value stays one."""
    if not isinstance(values, list):
        return values
    kinds = {type(value) for value in values}
    if kinds <= {int, float} or kinds == {bool}:
        return np.array(values)
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def payloads(
    message: dict[str, Any],
    *,
    left_out: Sequence[str] = (),
    samples: Sequence[dict[str, list[Any]]] = (),
    rows: int | None = None,
    **readings: Any,
) -> list[bytes]:
    """The payload of each mock; ``samples`` are those of every bulk, oldest first."""
    made = body(Message.model_validate(message), left_out)
    lengths = [len(values) for values in readings.values() if isinstance(values, list)]
    lengths += [len(values) for sample in samples for values in sample.values()]
    count = rows or (lengths[0] if lengths else 1)
    history = [{name: column(values) for name, values in sample.items()} for sample in samples]
    columns = {name: column(values) for name, values in readings.items()}
    return made.payloads(columns, np.arange(count), [history for _ in made.bulks])


def payload(message: dict[str, Any], **readings: Any) -> bytes:
    """The payload of one mock, whose readings are single values."""
    columns = {name: [value] for name, value in readings.items()}
    return payloads(message, **columns)[0]
