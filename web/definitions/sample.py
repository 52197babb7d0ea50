"""A first definition from one payload that a real device has sent.

Rule: nothing is learnt that one sample cannot tell. Numbers wander around the value they had,
times become the time of sending, text stays as it is, and the nesting is kept.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml

MOST_CHARACTERS = 64_000
MOST_DEPTH = 20
MOST_ON_A_LINE = 5  # fields of a mapping
MOST_METRICS = 150  # of the 200 that a definition may have; further numbers stay as they are
RESERVED = frozenset({"now", "seq", "index", "id", "t", "true", "false", "and", "or", "not"})
IDENTITIES = ("id", "deviceid", "device", "devid", "src", "serial", "sn", "mac", "deveui", "tid")
EPOCHS = {"epoch": (1e9, 4e9), "ms": (1e12, 4e12), "us": (1e15, 4e15)}  # 2001 to 2096
UNITS = {
    "temperature": "°C",
    "dew_point": "°C",
    "humidity": "%",
    "battery": "%",
    "batt": "%",
    "voltage": "V",
    "current": "A",
    "power": "W",
    "apower": "W",
    "pressure": "hPa",
}
SHARES = re.compile(r"(^|_)(hum|humidity|batt|battery|soc|level)(_|$)")  # 0 to 100
TOTALS = re.compile(r"(^|_)(total|counter|uptime)(_|$)")  # only ever grow
CODES = re.compile(r"(^|_)(status|state|mode|code|version|type|error)(_|$)")  # never wander
DEGREES = {"lat": 90, "latitude": 90, "lon": 180, "lng": 180, "longitude": 180}
DEGREE_STEP = 0.0001  # about 10 m between two messages
LARGEST = 2**53  # above it JSON readers lose digits
SMALLEST = 1e-6  # numbers nearer to 0 are shown with an exponent and stay as they are
WANDER = 0.2  # how far a number may go from its value, as a share of it
STEP = 0.01  # how far in one message, as a share of it


class SampleError(ValueError):
    """The text is no payload that a definition can be made from; a sentence for its author."""


def definition_from(text: str, *, name: str) -> str:
    """Return the YAML of a definition whose messages look like the JSON payload ``text``.

    Raises:
        SampleError: It is not a JSON object, too long, or too deep.
    """
    draft = _Draft()
    payload = draft.shape(_payload(text), ())
    document = {
        "name": name,
        "id": draft.identity,
        "metrics": draft.metrics,
        "messages": {
            "telemetry": {"every": "10s ± 1s", "topic": "devices/{id}/telemetry", "json": payload}
        },
        "statuses": {"running": {"send": ["telemetry"]}},
    }
    known = {word: value for word, value in document.items() if value != {}}
    return yaml.dump(known, Dumper=_Layout, sort_keys=False, allow_unicode=True, width=100)


def _payload(text: str) -> dict[str, Any]:
    if len(text) > MOST_CHARACTERS:
        raise SampleError(f"At most {MOST_CHARACTERS:,} characters; this has {len(text):,}.")
    try:
        payload = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise SampleError(f"The payload is nested deeper than {MOST_DEPTH} levels.") from error
    except json.JSONDecodeError as error:
        raise SampleError(
            f"This is no JSON: {error.msg}, line {error.lineno}, column {error.colno}."
        ) from error
    if not isinstance(payload, dict) or not payload:
        raise SampleError("A payload is a JSON object with at least one field: {…}.")
    return payload


def _no_number(word: str) -> float:
    raise SampleError(f"JSON has no {word}; write null or a number.")


@dataclass
class _Draft:
    """What has been found so far while the payload is walked."""

    metrics: dict[str, Any] = field(default_factory=dict)
    identity: str = "device-{index:06d}"
    has_identity: bool = False

    def shape(self, value: Any, path: tuple[str, ...]) -> Any:
        """Return the value as it stands in the message: templates where something changes."""
        if len(path) > MOST_DEPTH:
            raise SampleError(f"The payload is nested deeper than {MOST_DEPTH} levels.")
        match value:
            case dict():
                return {key: self.shape(inner, (*path, key)) for key, inner in value.items()}
            case list():
                inner = enumerate(value, start=1)
                return [self.shape(item, (*path, str(number))) for number, item in inner]
            case bool():
                return self._metric(path, {"pick": [value] * 3 + [not value], "order": "random"})
            case int() | float():
                return self._number(value, path)
            case str():
                return self._text(value, path)
            case _:
                return value

    def _number(self, value: float, path: tuple[str, ...]) -> Any:
        if abs(value) > LARGEST:
            raise SampleError(f"The number at {'.'.join(path)} is too large to be exact in JSON.")
        if 0 < abs(value) < SMALLEST:
            return value
        for spec, (least, most) in EPOCHS.items():
            if least <= value < most and _is_time_word(path[-1]):
                return f"{{now:{spec}}}"
        if _plain(path[-1]) in IDENTITIES:
            return value  # the number of a channel, or of the device's kind
        if isinstance(value, int) and CODES.search(_snake(path[-1])):
            return value
        places = _places(value)
        if TOTALS.search(_snake(path[-1])) and value >= 0:
            return self._total(value, path, places)
        return self._metric(path, _wandering(value, _snake(path[-1]), places), f".{places}f", value)

    def _total(self, value: float, path: tuple[str, ...], places: int) -> Any:
        """Return what only grows: counted in whole units of its last decimal."""
        units = 10**places
        step = max(1, round(value * units * STEP))
        counter = {"counter": {"start": round(value * units), "step": step}}
        by = f" / {units}" if places else ""
        return self._metric(path, counter, f".{places}f", value, by=by)

    def _text(self, value: str, path: tuple[str, ...]) -> str:
        if stamp := _time_template(value):
            return stamp
        if not self.has_identity and len(path) == 1 and _plain(path[0]) in IDENTITIES and value:
            self.has_identity, self.identity = True, _numbered(value)
            return "{id}"
        return _literal(value)

    def _metric(
        self,
        path: tuple[str, ...],
        generator: dict[str, Any],
        spec: str = "",
        value: Any = None,
        *,
        by: str = "",
    ) -> Any:
        if len(self.metrics) >= MOST_METRICS:
            return value
        name = self._free_name(path)
        unit = UNITS.get(_snake(path[-1]))
        self.metrics[name] = ({"unit": unit} if unit else {}) | generator
        return f"{{{name}{by}:{spec}}}" if spec else f"{{{name}}}"

    def _free_name(self, path: tuple[str, ...]) -> str:
        """Return the shortest end of the path that no metric has yet: ``aenergy_total``."""
        for length in range(1, len(path) + 1):
            name = _snake("_".join(path[-length:]))
            starts_well = name[:1].isalpha() and not (
                length < len(path) and path[-length].isdigit()
            )
            if starts_well and name not in self.metrics and name not in RESERVED:
                return name
        return f"metric_{len(self.metrics) + 1}"


def _wandering(value: float, name: str, places: int) -> dict[str, Any]:
    """Return a generator that gives believable neighbours of ``value``."""
    if name in DEGREES and abs(value) <= DEGREES[name]:
        least, most = round(value - 0.05, places), round(value + 0.05, places)
        return {"walk": {"start": value, "step": DEGREE_STEP, "min": least, "max": most}}
    smallest = 10.0**-places
    step = max(abs(value) * STEP, smallest)
    reach = max(abs(value) * WANDER, 10 * smallest)
    least, most = value - reach, value + reach
    if value >= 0:
        least = max(least, 0)
    if SHARES.search(name) and 0 <= value <= 100:
        most = min(most, 100)
    limits = {"min": _tidy(least, places), "max": _tidy(most, places)}
    return {"walk": {"start": value, "step": _tidy(step, places + 1), **limits, "pull": 0.05}}


def _tidy(value: float, places: int) -> float:
    """Return the value with so many decimals, as a whole number where it is one."""
    rounded = round(value, places)
    return int(rounded) if rounded == int(rounded) else rounded


def _places(value: float) -> int:
    """Return how many decimals the sample shows, at most 9; a whole number shows none."""
    if isinstance(value, int):
        return 0
    return min(9, len(f"{value:.9f}".rstrip("0").partition(".")[2]) or 1)


def _time_template(value: str) -> str:
    """Return the placeholder that writes the time of sending in the shape of ``value``, or ""."""
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", value):
        return ""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return ""
    if moment.tzinfo or "." in value:
        return "{now:iso}"
    seconds = ":%S" if value.count(":") == 2 else ""
    return f"{{now:%Y-%m-%d{value[10]}%H:%M{seconds}}}"


def _is_time_word(key: str) -> bool:
    return bool(re.search(r"(^|_)(ts|tst|time|timestamp|at|epoch|date)(_|$)", _snake(key)))


def _numbered(value: str) -> str:
    """Return an identity like ``value``, its last digits replaced by the mock's number."""
    digits = re.search(r"[0-9A-Fa-f]*[0-9][0-9A-Fa-f]*$", value)
    width = len(digits[0]) if digits else 6
    stem = value[: digits.start()] if digits else f"{value}-"
    return f"{_literal(stem)}{{index:0{max(5, width)}d}}"


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _plain(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.lower())


def _snake(key: str) -> str:
    """Return the key as a metric's name: ``DewPoint`` is ``dew_point``, ``tC`` is ``t_c``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", key)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


class _Layout(yaml.SafeDumper):
    """Writes no anchors: a value that comes twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (the base class's signature)
        return True


def _mapping(layout: yaml.SafeDumper, mapping: dict[str, Any]) -> yaml.Node:
    on_one_line = _is_flat(mapping.values()) and len(mapping) <= MOST_ON_A_LINE
    return layout.represent_mapping("tag:yaml.org,2002:map", mapping, flow_style=on_one_line)


def _sequence(layout: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    return layout.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=_is_flat(items))


def _is_flat(values: Iterable[Any]) -> bool:
    return not any(isinstance(value, dict | list) for value in values)


_Layout.add_representer(dict, _mapping)
_Layout.add_representer(list, _sequence)
