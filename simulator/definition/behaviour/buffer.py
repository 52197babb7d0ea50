"""A buffer: what a mock does with messages that it cannot send now.

Rule: only the shape; the messages are kept and sent by ``fleet/backlog.py``.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue

from simulator.definition.model import Model, reader, show
from simulator.definition.quantities.units import quantity
from simulator.errors import DefinitionError

MAX_MESSAGES_KEPT = 100_000  # of one mock: more than a day at one a second
MAX_BYTES_KEPT = 64 * 1024 * 1024  # of one mock; what a whole fleet may keep is a limit of its own
MAX_RATE = 1_000.0  # messages/s, as fast as a mock sends at all

_PER = {"second": 1.0, "minute": 60.0, "hour": 3600.0}
_BYTES = {"B": 1.0, "kB": 1e3, "MB": 1e6, "KiB": 1024.0, "MiB": 1024.0**2}


def read_rate(value: Any) -> float:
    """Return messages/s of ``5 per second`` or of a number, above 0 to ``MAX_RATE``.

    Raises:
        DefinitionError: It is none.
    """
    rate, per = value, 1.0
    if isinstance(value, str):
        number, _, unit = value.partition(" per ")
        if unit.strip() not in _PER:
            text = f"needs messages in a time such as 5 per second, got {show(value)}"
            raise DefinitionError(f"{text}; allowed: {', '.join(_PER)}")
        try:
            rate, per = float(number), _PER[unit.strip()]
        except ValueError:
            raise DefinitionError(f"needs a number before 'per', got {show(value)}") from None
    if isinstance(rate, bool) or not isinstance(rate, int | float):
        raise DefinitionError(f"needs messages in a time such as 5 per second, got {show(value)}")
    if not 0 < rate / per <= MAX_RATE:
        raise DefinitionError(f"must be above 0 to {MAX_RATE:,.0f} per second, got {show(value)}")
    return rate / per


def read_bytes(value: Any) -> int:
    """Return a size in bytes of ``64 kB`` or of a number, 1 to ``MAX_BYTES_KEPT``.

    Raises:
        DefinitionError: It is none.
    """
    size = quantity(value, _BYTES, what="a size", example="64 kB")
    if not 1 <= size <= MAX_BYTES_KEPT:
        raise DefinitionError(f"must be from 1 B to 64 MiB, got {show(value)}")
    return int(size)


RATE_SCHEMA: JsonSchemaValue = {
    "description": f"Messages in a time; a number is messages/s, above 0 to {MAX_RATE:g}",
    "anyOf": [
        {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_RATE},
        {"type": "string", "pattern": rf"^\s*[0-9.]+ per ({'|'.join(_PER)})\s*$"},
    ],
    "examples": ["5 per second", "20 per minute"],
}
BYTES_SCHEMA: JsonSchemaValue = {
    "description": "A size; a number is bytes, up to 64 MiB",
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": MAX_BYTES_KEPT},
        {"type": "string", "pattern": rf"^\s*[0-9.]+\s*({'|'.join(_BYTES)})\s*$"},
    ],
    "examples": ["64 kB", "1 MiB"],
}


class Buffer(Model):
    """Store and forward: what a mock makes while it is off line is sent when it is back.

    A message is made at its time, with the values, the time stamps and the sequence number of that
    time, and waits. Once the mock is connected again, and its status lets it be, what waits is sent
    at a rate, beside or before what is new. In the log such a send is ``scheduled`` at its own time
    and ``sent`` when it went out.

    A number alone is the size: ``buffer: 100``. A status without a buffer has that of the status
    around it, or else the document's; ``buffer: 0`` has none.
    """

    size: int = Field(
        ge=0,
        le=MAX_MESSAGES_KEPT,
        description=f"Messages that one mock keeps, 0 (none) to {MAX_MESSAGES_KEPT:,}",
    )
    bytes: Annotated[
        int | None, BeforeValidator(reader(read_bytes)), WithJsonSchema(BYTES_SCHEMA)
    ] = Field(
        default=None,
        description="Bytes that one mock keeps, payloads and addresses, up to 64 MiB; no limit",
        examples=["64 kB"],
    )
    drop: Literal["oldest", "newest"] = Field(
        default="oldest",
        description=(
            "What goes when it is full: the message that waits longest, or the one that would come"
            " in. It is in the log as failed, with the reason"
        ),
    )
    rate: Annotated[
        float | None, BeforeValidator(reader(read_rate)), WithJsonSchema(RATE_SCHEMA)
    ] = Field(
        default=None,
        description="Messages/s of each mock when it is back; without it, all at once",
        examples=["5 per second"],
    )
    first: Literal["oldest", "newest"] = Field(
        default="oldest", description="Which of the waiting messages is sent first"
    )
    live: Literal["beside", "after"] = Field(
        default="beside",
        description=(
            "New messages meanwhile: sent at their time beside the waiting ones, or put behind them"
        ),
    )
    connection_loss: bool = Field(
        default=True,
        description=(
            "Whether it also keeps what is made while the connection is lost, and not only while a"
            " status says connected: false"
        ),
    )


def read_buffer(value: Any) -> Any:
    """Return what stands for a buffer: a number is its size."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"size": value}
    return value


SomeBuffer = Annotated[Buffer, BeforeValidator(read_buffer)]
