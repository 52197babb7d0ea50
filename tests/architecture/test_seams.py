"""The seams of ``docs/design.md``, section 7: what is written there exists, with those arguments.

Looked at is every dotted name in a block of code, and every call by its plain name. Words beside
them, results and types are for the reader's eye.
"""

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import simulator
from simulator import (
    credentials,
    definition,
    exporting,
    faults,
    fleet,
    lot,
    payloads,
    randomness,
    recording,
    tower,
    transports,
)
from simulator.definition.metrics import generator
from simulator.generators import base
from simulator.payloads.body import Body
from simulator.protocols import mqtt
from simulator.tower.asking import Exchanging
from simulator.transports import parcel
from web.accounts import access
from web.accounts.models import Role
from web.runs.models import Run

PAGE = Path(__file__).parents[2] / "docs/design.md"

# What the small names of the page stand for.
SUBJECTS: dict[str, Any] = {
    "fleet": fleet.Fleet,
    "exchange": transports.Exchange,
    "tower": tower.Tower,
    "session": mqtt.Session,
    "export": exporting.Export,
    "lot": lot.Lot,
    "target": lot.MqttTarget,
    "definition": definition,
    "mqtt": mqtt,
    "simulator": simulator,
    "identity": transports.Identity,
    "Credentials": lot.Credentials,
    "Snapshot": tower.Snapshot,
    "Limited": recording.Limited,
    "Run": Run,
    "Role": Role,
    "role": Role.VIEWER,
}
# Where a name without a dot may come from.
ROOMS = (simulator, randomness, definition, generator, base, payloads, lot, fleet, faults,
         credentials, mqtt, transports, parcel, recording, tower, exporting, access)  # fmt: skip


CLASSES: dict[str, Any] = {
    "Sine": generator.Generator,
    "Column": base.Column,
    "Body": Body,
    "Listener": transports.Listener,
}
APPS = frozenset(path.parent.name for path in PAGE.parents[1].glob("web/*/__init__.py"))
NAME = re.compile(r"(?<![\w.)\]])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
OTHERS = {"time.monotonic", "partial", "main", "Generator", "Protocol", "ABC"}


class Named(NamedTuple):
    """A name on the page, what stands in its brackets (None: it has none), and its class."""

    name: str
    arguments: list[str] | None
    room: Any  # where a plain name is looked for first


def section() -> str:
    """Return section 7."""
    text = PAGE.read_text("utf-8")
    return text[text.index("## 7. Seams") :]


def lines() -> Iterator[str]:
    """Yield the lines of its blocks of code, without comments and texts."""
    for block in re.findall(r"```python\n(.*?)```", section(), re.DOTALL):
        for line in block.splitlines():
            yield re.sub(r"(^|\s)#.*", "", re.sub(r'"[^"]*"', '""', line))


def names() -> Iterator[Named]:
    """Yield every name that is looked at."""
    room: Any = None
    for line in lines():
        if made := re.match(r"class (\w+)", line):
            room = CLASSES[made[1]]
            continue
        if line and not line.startswith(" "):
            room = None
        for found in NAME.finditer(line):
            rest = line[found.end() :]
            arguments = split(rest) if rest.startswith("(") else None
            if found[0] not in OTHERS and ("." in found[0] or arguments is not None):
                yield Named(found[0], arguments, room)
                if found[0].split(".")[0] in APPS:
                    room = importlib.import_module(f"web.{'.'.join(found[0].split('.')[:2])}")


def split(text: str) -> list[str]:
    """Return what stands between the bracket that ``text`` begins with and its end."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if not depth:
            break
        if letter == "," and depth == 1:
            parts.append("")
        elif depth > 1 or letter != "(":
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def thing(named: Named) -> Any:
    """Return what a name means. Raises AttributeError where there is no such thing."""
    first, *others = named.name.split(".")
    if first in APPS and others:
        found: Any = importlib.import_module(f"web.{first}.{others.pop(0)}")
    elif len(others) > 1 and (PAGE.parents[1] / f"simulator/{first}/{others[0]}.py").is_file():
        found = importlib.import_module(f"simulator.{first}.{others.pop(0)}")
    elif first in SUBJECTS and others:
        found = SUBJECTS[first]
    else:
        meant = [getattr(room, first, None) for room in (named.room, *ROOMS)]
        found = next((each for each in meant if each and not inspect.ismodule(each)), None)
        if found is None:
            raise AttributeError(f"there is no {first}")
    for other in others:
        found = member(found, other)
    return found


def member(of: Any, name: str) -> Any:
    """Return what a thing has by a name: also what a class gives to each that is made of it."""
    if hasattr(of, name):
        return getattr(of, name)
    known = {*getattr(of, "model_fields", ()), *getattr(of, "__annotations__", ())}
    if name in known or any(
        re.search(rf"\bself\.{name}\b.*=", inspect.getsource(each))
        for each in inspect.getmro(of)[:-1]
    ):
        return None
    raise AttributeError(f"{of.__name__} has no {name}")


def strange(arguments: list[str], call: Any) -> list[str]:
    """Return the arguments that a call does not take."""
    known = set(inspect.signature(call).parameters)
    if hasattr(call, "_meta"):  # a row of the database
        known = {each.name for each in call._meta.get_fields()}
    written = [re.match(r"(\w+)\s*(?:[:=]|$)", each) for each in arguments]
    return [found[1] for found in written if found and found[1] not in known]


@pytest.mark.parametrize("named", list(names()), ids=lambda named: named.name)
def test_what_is_written_of_a_seam_is_there(named: Named) -> None:
    found = thing(named)

    assert named.arguments is None or strange(named.arguments, found) == []


def test_all_that_a_tower_asks_of_an_exchange_is_written() -> None:
    asked = {name for name in vars(Exchanging) if not name.startswith("_")}

    assert {f"exchange.{name}" for name in asked} <= {named.name for named in names()}
