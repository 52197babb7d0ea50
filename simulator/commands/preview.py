"""``preview FILE``: shows what mocks would send, one JSON object a line, in virtual time."""

import os
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import orjson

from simulator.commands.files import load
from simulator.commands.telling import told
from simulator.commands.values import duration, whole
from simulator.errors import DefinitionError
from simulator.lot import MAX_MOCKS
from simulator.outlook import START
from simulator.preview import PreviewMessage, preview

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # all but tab, CR and LF


def arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the definition")
    parser.add_argument("--mocks", type=whole(1, MAX_MOCKS), default=1, help="how many (1)")
    parser.add_argument(
        "--duration", type=duration, required=True, help="how long, in s or such as 5min"
    )
    parser.add_argument("--seed", type=whole(0, 2**63 - 1), default=1, help="(1)")
    parser.add_argument(
        "--start", type=_moment, default=START, help="time of the start, ISO 8601 (2026-01-01)"
    )
    parser.add_argument("--datasets", metavar="DIR", type=Path, help="(the definition's folder)")


def main(options: Namespace) -> int:
    """Print the messages. Return 0, or 2 when something is wrong with the definition."""
    try:
        definition, datasets = load(options.file, options.datasets)
        messages = preview(
            definition,
            mocks=options.mocks,
            duration=options.duration,
            seed=options.seed,
            start=options.start,
            datasets=datasets,
        )
    except DefinitionError as error:
        print(told(error), file=sys.stderr)
        return 2
    try:
        for message in messages:
            sys.stdout.buffer.write(line(message))
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # whoever reads has seen enough, as ``head`` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def line(message: PreviewMessage) -> bytes:
    """Return a message as one line of JSON; ``t`` is seconds since the start, rounded to ms."""
    is_topic = message.topic is not None
    return orjson.dumps(
        {
            "t": round(message.t, 3),
            "mock": message.mock,
            "status": message.status,
            "message": message.message,
            "topic" if is_topic else "path": message.topic if is_topic else message.path,
            "qos": message.qos,
            **_payload(message.payload),
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def _payload(payload: bytes) -> dict[str, object]:
    """Return JSON as it is, other text as text, and what is no text in base64.

    A frame whose bytes happen to be UTF-8 is no text either: it has control characters.
    """
    try:
        orjson.loads(payload)
        return {"payload": orjson.Fragment(payload)}
    except orjson.JSONDecodeError:
        pass
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        text = "\0"
    if _CONTROL.search(text):
        return {"payload_base64": b64encode(payload).decode()}
    return {"payload": text}


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"needs a time such as 2026-11-22T20:05:54Z, got {text!r}"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
