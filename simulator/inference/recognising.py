"""What one value of a message becomes: a text of the payload, and the metric that it reads.

Rule: recognisers are asked in the order of their list; the first that knows the value has it.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from simulator.inference.identity import Identity, in_text
from simulator.inference.known import Hint, hint_of, snake
from simulator.inference.moments import moment_of
from simulator.inference.shape import OFFSET, Leaf

FEW = 3  # values from which on what was seen counts more than what a name suggests
MAX_OPTIONS = 20  # different texts that are taken for the states of a thing

_SEQUENCES = re.compile(
    r"(^|_)(seq(uence)?(_?(no|num|number))?|msg_?(id|no|count)|f_?cnt|packet)(_|$)"
)
_UPTIMES = re.compile(r"up_?time")
_STATES = re.compile(
    r"(^|_)(status|state|mode|switch|relay|power|door|window|contact|output|alarm|event|motion|"
    r"occupancy|open|closed|online|charging|enabled|active|level)(_|$)"
)
_SETTINGS = re.compile(
    r"(^|_)(interval|period|timeout|threshold|limit|set_?point|target|version|ver|revision|build|"
    r"model|type|code|channel|chan|port|bandwidth|spreading_?factor|frequency|baud(_?rate)?|id)(_|$)"
)
_EACH_TIME = re.compile(
    r"(^|_)(message|msg|event|request|correlation|deduplication|transaction|trace|packet)_?"
    r"(uuid|guid|id)$"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in the payload for a leaf, and what makes it."""

    value: Any  # a text with "{}" where the metric's name goes, or a plain value
    note: str
    metric: dict[str, Any] | None = None


def reading_of(leaf: Leaf, identity: Identity) -> Reading:
    """Return what a leaf becomes; a leaf of which nothing is known is null."""
    if _is_identity(leaf, identity):
        return Reading(in_text(str(leaf.known[0]), identity.seen), "the device's identity")
    for recognise in _RECOGNISERS:
        reading = recognise(leaf)
        if reading is not None:
            return reading
    return Reading(None, "null in all samples")


def _is_identity(leaf: Leaf, identity: Identity) -> bool:
    texts = {text for text in leaf.known if isinstance(text, str)}
    if not texts or len(texts) < len(set(leaf.known)):
        return False
    is_one = len(texts) == 1 or bool(texts & identity.seen)
    return is_one and all("{id}" in in_text(text, identity.seen) for text in texts)


def _moment(leaf: Leaf) -> Reading | None:
    moment = moment_of(leaf)
    return None if moment is None else Reading(moment.text, moment.note)


def _options(leaf: Leaf) -> Reading | None:
    if not leaf.options:
        return None
    if len(leaf.options) == 1:
        return Reading(_literal(leaf.options[0]), "the only value, by its schema")
    return Reading("{}", "one of the values of its schema", {"pick": list(leaf.options)})


def _texts_by_schema(leaf: Leaf) -> Reading | None:
    words: dict[str, tuple[dict[str, Any], str]] = {
        "uuid": ({"uuid": {}}, "a UUID"),
        "ipv4": ({"ipv4": {}}, "an IPv4 address"),
        "ipv6": ({"ipv6": {}}, "an IPv6 address"),
    }
    if leaf.format not in words:
        return None
    metric, what = words[leaf.format]
    return Reading("{}", f"{what}, by its schema", dict(metric))


def _boolean(leaf: Leaf) -> Reading | None:
    seen = leaf.known
    if leaf.kind != "boolean" and not (seen and all(isinstance(value, bool) for value in seen)):
        return None
    if len(seen) < FEW:
        return Reading("{}", "true or false, each as often", {"pick": [True, False]})
    if len(set(seen)) == 1:
        return Reading(seen[0], f"{str(seen[0]).lower()} in all samples")
    share = sum(seen) / len(seen)
    return Reading("{}", f"true in {share:.0%} of the samples", {"bernoulli": round(share, 4)})


def _text(leaf: Leaf) -> Reading | None:
    seen = leaf.known
    if not seen:
        is_text = leaf.kind == "text"
        return Reading(_literal(leaf.name), "a text, by its schema") if is_text else None
    if not all(isinstance(value, str) for value in seen):
        return _mixed(leaf)
    counts = Counter(seen)
    if _is_new_uuid(leaf, counts):
        return Reading("{}", "a new UUID each time", {"uuid": {"each": "reading"}})
    if len(counts) == 1:
        return Reading(_literal(seen[0]), "the same in all samples" if len(seen) > 1 else "as seen")
    if len(counts) == len(seen) > FEW and _is_hexadecimal(seen):
        metric = {"hex": {"length": len(seen[0]), "each": "reading"}}
        return Reading("{}", "hexadecimal digits, others each time", metric)
    options = dict(counts.most_common(MAX_OPTIONS))
    note = f"{len(counts)} different texts, as often as they were seen"
    return Reading("{}", note, {"pick": {"values": options}})


def _is_new_uuid(leaf: Leaf, counts: Counter[Any]) -> bool:
    """Whether a text is another UUID each time: all that were seen, or by its name."""
    is_other = len(counts) > FEW and len(counts) == len(leaf.known)
    is_named = _EACH_TIME.search(snake(leaf.name)) is not None and len(counts) == 1
    return (is_other or is_named) and all(_UUID.fullmatch(text) for text in counts)


def _is_hexadecimal(texts: Sequence[str]) -> bool:
    is_one_length = len({len(text) for text in texts}) == 1
    return is_one_length and re.fullmatch(r"[0-9a-fA-F]+", "".join(texts)) is not None


def _mixed(leaf: Leaf) -> Reading | None:
    kinds = {type(value) for value in leaf.known}
    if kinds <= {int, float}:
        return None
    options = list(dict.fromkeys(leaf.known))[:MAX_OPTIONS]
    return Reading("{}", "values of several types, each as often", {"pick": options})


def _sequence(leaf: Leaf) -> Reading | None:
    numbers = leaf.numbers
    if not numbers or not all(isinstance(number, int) for number in numbers):
        return None
    steps = {after - before for before, after in pairwise(numbers)}
    is_named = _SEQUENCES.search(snake(leaf.name)) is not None
    if is_named and steps <= {1}:
        return Reading("{seq}", "the number of the message")
    if (len(numbers) >= FEW and steps == {1}) or (is_named and min(steps) > 0):
        counter = {"start": numbers[0], "step": round(median(steps)) if steps else 1}
        return Reading("{}", "counts up with each message", {"counter": counter})
    return None


def _uptime(leaf: Leaf) -> Reading | None:
    if not leaf.numbers or not _UPTIMES.search(snake(leaf.name)):
        return None
    is_ms = snake(leaf.name).endswith("_ms")
    return Reading("{age * 1000:.0f}" if is_ms else "{age:.0f}", "the time since the start")


def _number(leaf: Leaf) -> Reading | None:
    numbers = leaf.numbers
    is_numeric = leaf.kind in ("number", "integer") or bool(numbers)
    if not is_numeric:
        return None
    hint = _fitting(hint_of(leaf.words), numbers, leaf.unit)
    distinct = len(set(numbers))
    if distinct == 1 and (len(numbers) >= FEW or _is_fixed(leaf, hint)):
        return Reading(
            numbers[0], f"{numbers[0]:g} in all samples" if len(numbers) > 1 else "as seen"
        )
    is_whole = leaf.kind == "integer" or (
        bool(numbers) and all(isinstance(number, int) for number in numbers)
    )
    metric, note = _course(leaf, hint, is_whole=is_whole)
    unit = leaf.unit or (hint.unit if hint else "")
    spec = "d" if is_whole else f".{_places(numbers, hint)}f"
    return Reading(f"{{:{spec}}}", note, {**({"unit": unit} if unit else {}), **metric})


def _is_fixed(leaf: Leaf, hint: Hint | None) -> bool:
    """Whether a number that was seen once is a setting or a code rather than a reading."""
    if leaf.format == OFFSET:
        return True
    if hint is not None or leaf.low is not None or leaf.kind:
        return False
    value, name = leaf.numbers[0], snake(leaf.name)
    if _SETTINGS.search(name):
        return True
    return isinstance(value, int) and (abs(value) <= 10 or bool(_STATES.search(name)))


def _fitting(hint: Hint | None, numbers: Sequence[float], unit: str) -> Hint | None:
    """Return the hint unless what was seen, or the unit, speaks against it."""
    if hint is None or any(not hint.low <= number <= hint.high for number in numbers):
        return None
    return hint._replace(unit=unit) if unit else hint


def _course(leaf: Leaf, hint: Hint | None, *, is_whole: bool) -> tuple[dict[str, Any], str]:
    numbers = leaf.numbers
    is_meter = hint is not None and hint.course == "rise" and isinstance(leaf.words[-1], str)
    if is_meter or _rises(numbers):
        return _rising(numbers, is_whole=is_whole)
    low, high, note = _bounds(leaf, hint)
    start = numbers[0] if numbers else (low + high) / 2
    if hint is not None and hint.course == "fall":
        fall = {"from": _neat(start), "to": _neat(max(low, 0.0)), "over": "90d", "origin": "mock"}
        return {"ramp": fall}, f"falls slowly from {start:g}"
    if hint is not None and hint.course == "noise":
        deviation = max((high - low) / 6, 1e-9)
        normal = {"mean": _neat(start), "deviation": _neat(deviation)}
        return {"normal": {**normal, "min": _neat(low), "max": _neat(high)}}, note
    step = _step(numbers, low, high, is_whole=is_whole)
    walk = {"start": _neat(start), "step": step, "min": _neat(low), "max": _neat(high)}
    return {"walk": {**walk, "pull": 0.02}}, note


def _rises(numbers: Sequence[float]) -> bool:
    steps = [after - before for before, after in pairwise(numbers)]
    return len(numbers) > FEW and min(steps) >= 0 and max(steps) > 0


def _rising(numbers: Sequence[float], *, is_whole: bool) -> tuple[dict[str, Any], str]:
    start = numbers[0] if numbers else 0
    steps = [after - before for before, after in pairwise(numbers)]
    mean = sum(steps) / len(steps) if steps and sum(steps) > 0 else (1 if is_whole else 0.01)
    if is_whole:
        return {"counter": {"start": int(start), "step": max(1, round(mean))}}, "only ever rises"
    return {"formula": f"previous + {_neat(mean)}", "initial": _neat(start)}, "only ever rises"


def _bounds(leaf: Leaf, hint: Hint | None) -> tuple[float, float, str]:
    numbers = leaf.numbers
    if len(set(numbers)) >= FEW:
        low, high = min(numbers), max(numbers)
        room = (high - low) * 0.1
        low, high = _within(leaf, hint, low - room, high + room)
        return low, high, f"{len(numbers)} samples from {min(numbers):g} to {max(numbers):g}"
    if leaf.low is not None and leaf.high is not None and leaf.low < leaf.high:
        return leaf.low, leaf.high, "the bounds of its schema"
    middle = numbers[0] if numbers else _middle(leaf, hint)
    spread = hint.spread if hint else max(abs(middle) * 0.1, 1.0)
    low, high = _within(
        leaf, hint, min((*numbers, middle)) - spread, max((*numbers, middle)) + spread
    )
    return low, high, "usual for its name" if hint else "within 10 % of what was seen"


def _middle(leaf: Leaf, hint: Hint | None) -> float:
    """Return where a value begins of which none was seen."""
    usual = {"°C": 20.0, "hPa": 1_013.0, "V": 230.0, "Hz": 50.0, "%": 50.0, "ppm": 600.0}
    middle = usual.get(hint.unit, hint.low + hint.spread * 5) if hint else 0.0
    low = -math.inf if leaf.low is None else leaf.low
    high = math.inf if leaf.high is None else leaf.high
    return min(max(middle, low), high)


def _within(leaf: Leaf, hint: Hint | None, low: float, high: float) -> tuple[float, float]:
    if hint is not None:
        low, high = max(low, hint.low), min(high, hint.high)
    elif leaf.numbers and min(leaf.numbers) >= 0:
        low = max(low, 0.0)
    low = low if leaf.low is None else max(low, leaf.low)
    high = high if leaf.high is None else min(high, leaf.high)
    return (low, high) if low < high else (low, low + 1.0)


def _step(numbers: Sequence[float], low: float, high: float, *, is_whole: bool) -> float:
    """Return how far a reading is from the one before: as seen, else a thirtieth of the range."""
    steps = [abs(after - before) for before, after in pairwise(numbers)]
    if len(numbers) >= FEW and max(steps) > 0:
        return _neat(max(median(steps), max(steps) / 10) * 1.2)
    return _neat(max((high - low) / 30, 1.0 if is_whole else 0.0))


def _places(numbers: Sequence[float], hint: Hint | None) -> int:
    """Return the decimals that the device sends: the most that were seen."""
    if not numbers:
        return 1 if hint is None or hint.spread >= 1 else 2
    texts = (repr(number) for number in numbers if isinstance(number, float))
    return min(6, max((len(t.partition(".")[2]) for t in texts if "e" not in t), default=1))


def _neat(number: float) -> float:
    """Return a number with four digits, whole where it is."""
    neat = float(f"{number:.4g}") if abs(number) < 10_000 else float(round(number, 1))
    return int(neat) if neat == int(neat) else neat


def _literal(value: Any) -> Any:
    return value.replace("{", "{{").replace("}", "}}") if isinstance(value, str) else value


_RECOGNISERS: tuple[Callable[[Leaf], Reading | None], ...] = (
    _moment,
    _options,
    _texts_by_schema,
    _boolean,
    _text,
    _sequence,
    _uptime,
    _number,
)
