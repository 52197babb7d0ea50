"""From text to plain data: YAML 1.2 (core schema) or JSON, with the line of everything.

Rule: what comes out is dict, list, str, int, float, bool and None only, within the limits, and
every path in it has a mark.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from simulator.definition.text.json_text import read_json
from simulator.definition.text.places import Mark, Path, place_of
from simulator.definition.text.plain import (
    MAX_DEPTH,
    MAX_VALUES,
    TOO_DEEP,
    TOO_MANY,
    Text,
    number_refusal,
)
from simulator.definition.text.yaml_faults import fault_of
from simulator.errors import DefinitionError, Problem

MAX_BYTES = 256 * 1024  # of UTF-8; 200 metrics and 50 messages are about 60 KiB
MAX_DIGITS = 400  # of a number; float64 ends at 309 before the point, int() refuses 4,300
MAX_PROBLEMS = 100  # reported at once; nobody reads more

# libyaml where the wheel has it: the pure one takes seconds for a document of MAX_BYTES.
_LOADER = getattr(yaml, "CLoader", yaml.Loader)

# What YAML 1.2, 5.1, calls printable; anything else is refused by its reader without a line.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# YAML 1.2.2, section 10.3.2: the core schema.
_NULL = re.compile(r"null|Null|NULL|~|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN")
_STRING_TAGS = (None, "!", "tag:yaml.org,2002:str")


def read_text(text: str) -> Text:
    """Return the plain data of a YAML or JSON document, with the mark of each path.

    Raises:
        DefinitionError: It is neither, or over a limit; each problem has its line and column.
    """
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise DefinitionError(f"a document has at most {MAX_BYTES // 1024} KiB")
    text = text.removeprefix("\ufeff")
    odd = _UNPRINTABLE.search(text)
    if odd:
        _refuse(
            f"the character {odd[0]!r} cannot stand in a document", *_mark_of(text, odd.start())
        )
    # Tabs, "\/" and surrogate pairs are JSON but not YAML, so JSON is read as what it is.
    result = read_json(text) if text.lstrip().startswith("{") else None
    result = result or _read_yaml(text)
    if result.problems:
        raise DefinitionError(*result.problems[:MAX_PROBLEMS])
    if not isinstance(result.data, dict):
        raise DefinitionError(
            "the document is empty"
            if result.data is None
            else "needs a mapping of words, such as name: and id:"
        )
    return result


def _read_yaml(text: str) -> Text:
    try:
        return _Composer(yaml.parse(text, Loader=_LOADER)).document()
    except yaml.MarkedYAMLError as error:
        fault = fault_of(error, text.split("\n"))
    return _refuse(fault.text, *fault.mark)


def _refuse(text: str, line: int | None, column: int | None) -> NoReturn:
    raise DefinitionError(Problem("", text, line, column))


def _mark_of(text: str, offset: int) -> Mark:
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


@dataclass
class _Composer:
    """Builds data from YAML's events; PyYAML's own composer knows neither depth nor duplicates."""

    events: Iterator[Any]
    problems: list[Problem] = field(default_factory=list)
    marks: dict[Path, Mark] = field(default_factory=dict)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)  # value, values in it
    count: int = 0

    def document(self) -> Text:
        data = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "a file holds one document, this is a second one")
            elif isinstance(event, yaml.NodeEvent):
                data = self._node(event, ())
        return Text(data, self.marks, self.problems)

    def _node(self, event: Any, path: Path) -> Any:
        self.marks.setdefault(path, _mark(event))
        self._spend(event, 1)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self.count
        value = self._value(event, path)
        if event.anchor is not None:
            self.anchors[event.anchor] = value, self.count - before + 1
        return value

    def _value(self, event: Any, path: Path) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if event.tag not in (None, "!"):
            self._refuse(event, f"a tag such as {event.tag!r} has no meaning here", path)
        if len(path) >= MAX_DEPTH:
            self._refuse(event, TOO_DEEP, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path)
            place = (*path, key)
            if key in mapping:
                self._report(event, f"{key!r} stands here twice", place)
            self.marks[place] = _mark(event)
            mapping[key] = self._node(next(self.events), place)
        return mapping

    def _key(self, event: Any, path: Path) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(event, "a word before ':' must be plain text", path)
        key = self._scalar(event, path)
        if not isinstance(key, str):
            self._report(event, f'a word must be text, write "{event.value}" in quotes', path)
        return str(event.value)

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Any:
        if event.tag not in _STRING_TAGS:
            self._refuse(event, f"a tag such as {event.tag!r} has no meaning here", path)
        value = event.value
        if event.tag is not None or not event.implicit[0]:
            return value
        number = _number(value)
        if number is None:
            return _word(value)
        refusal = number_refusal(number)
        if refusal:
            self._report(event, refusal, path)
            return 0
        return number

    def _alias(self, event: yaml.AliasEvent) -> Any:
        if event.anchor not in self.anchors:
            self._refuse(event, f"there is no anchor '&{event.anchor}' before it")
        value, count = self.anchors[event.anchor]
        self._spend(event, count - 1)
        return value

    def _spend(self, event: Any, count: int) -> None:
        self.count += count
        if self.count > MAX_VALUES:
            self._refuse(event, TOO_MANY)

    def _report(self, event: Any, text: str, path: Path = ()) -> None:
        self.problems.append(Problem(place_of(path), text, *_mark(event)))

    def _refuse(self, event: Any, text: str, path: Path = ()) -> NoReturn:
        raise DefinitionError(*self.problems, Problem(place_of(path), text, *_mark(event)))


def _mark(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _word(value: str) -> str | bool | None:
    if _NULL.fullmatch(value):
        return None
    if _TRUE.fullmatch(value):
        return True
    return False if _FALSE.fullmatch(value) else value


def _number(value: str) -> int | float | None:
    """Return the number that a plain scalar is in the core schema, or None."""
    if len(value) > MAX_DIGITS:
        return math.inf if _FLOAT.fullmatch(value) else None
    for pattern, base in ((_INTEGER, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(value):
            return int(value, base)
    if _FLOAT.fullmatch(value):
        return float(value)
    return float(value.replace(".", "", 1)) if _NOT_FINITE.fullmatch(value) else None
