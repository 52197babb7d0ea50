"""The scenarios of other simulators, in our language: their fleets, what they send, their size."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from simulator import Definition, parse
from simulator.fleet import Fleet
from tests.simulator.fleet.lives import EPOCH, Sent, live, steps

FOLDER = Path(__file__).parents[2] / "definitions"
DAY = 86_400.0  # s


@dataclass(frozen=True)
class Field:
    """What a value of the original may be: its type, its range or its texts; both ends included."""

    type: type
    low: float = float("-inf")
    high: float = float("inf")
    texts: tuple[str, ...] = ()
    like: str = ""  # of a text: the whole of it

    def fits(self, value: Any) -> bool:
        kind: type = type(value)  # true is no number, and 1 is no 1.0
        if kind is not self.type:
            return False
        if self.type is str:
            return value in self.texts if self.texts else bool(re.fullmatch(self.like, value))
        return bool(self.low <= value <= self.high)


def whole(low: int, high: int) -> Field:
    return Field(int, low, high)


def number(low: float, high: float) -> Field:
    return Field(float, low, high)


def one_of(*texts: str) -> Field:
    return Field(str, texts=texts)


FLAG = Field(bool, 0, 1)
TEXT = Field(str, like=".+")
ISO = Field(str, like=r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MILLISECONDS = whole(int(EPOCH * 1_000), int((EPOCH + 2 * DAY) * 1_000))


def faults(payload: dict[str, Any], fields: dict[str, Any]) -> list[str]:
    """Return what is not as the original has it: other keys, and values that do not fit."""
    if [*payload] != [*fields]:
        return [f"has {[*payload]}, not {[*fields]}"]
    found = []
    for name, field in fields.items():
        value = payload[name]
        if isinstance(field, dict):
            found += [f"{name}.{each}" for each in faults(value, field)]
        elif not field.fits(value):
            found.append(f"{name} is {value!r}, needs {field}")
    return found


@cache
def definition(name: str) -> Definition:
    return parse((FOLDER / f"{name}.yaml").read_text())


def fleet(name: str, *, count: int = 1, rate: float | None = None, seed: int = 3) -> Fleet:
    return Fleet(definition(name), count=count, rate=rate, seed=seed, epoch=EPOCH)


@cache
def a_day(name: str, message: str) -> tuple[dict[str, Any], ...]:
    """Return what ten mocks send of one message in a day, each one every half hour."""
    life = live(fleet(name, count=10, rate=1 / 1_800), steps(DAY, 1_800.0))
    return tuple(payloads(life.sent, message))


def payloads(sent: Iterable[Sent], message: str) -> list[dict[str, Any]]:
    return [json.loads(each.payload) for each in sent if each.message == message]


def told(mocks: Fleet, topic: str, payload: Any, *, t: float, until: float) -> list[Sent]:
    """Give mock 0 a command at ``t``; return what it sends until ``until``."""
    mocks.received(0, topic, json.dumps(payload).encode(), t)
    return live(mocks, steps(until, 0.5)[int(2 * t) :]).sent


def started(name: str, *, until: float = 60.0) -> Fleet:
    """One mock that has been on line for some time."""
    mocks = fleet(name)
    live(mocks, steps(until, 1.0))
    return mocks


def status(mocks: Fleet) -> str:
    """Return the status that mock 0 is in."""
    return mocks.statuses[int(mocks.status[0])]


def size(name: str) -> tuple[int, int]:
    """Return the lines of a document that are no comment and not empty, and its characters."""
    text = (FOLDER / f"{name}.yaml").read_text()
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return len(lines), len(text)


def code(name: str) -> int:
    """Return the characters of a document without its comments."""
    text = (FOLDER / f"{name}.yaml").read_text()
    return sum(len(line) + 1 for line in text.splitlines() if not line.startswith("#"))
