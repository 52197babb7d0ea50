"""Which values of a message are moments, and how the device writes them.

Rule: a form is taken only when it gives every value that was seen, character for character.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from simulator.inference.shape import Leaf

# Unix times from 2001-09-09 to 2096: what no meter and no counter comes by often.
_FIRST, _LAST = 1_000_000_000, 4_000_000_000
_SCALES = ((1.0, "epoch", "now"), (1e3, "ms", "now * 1000"), (1e6, "us", "now * 1000000"))
_NANOSECONDS = 1e9
FEW = 3  # values from which on a step of more than a minute is no accident
_NAMED = re.compile(
    r"(^|_)(t|bt|ts|tst|time|times|timestamp|date|datetime|at|when|epoch|utc|created|updated|"
    r"received|recorded|measured|sent|reported|observed)(_|$)|time(stamp)?$"
)

# Directives that give a text back exactly; tried in this order. ``{now:iso}`` is the first.
_ISO = "%Y-%m-%dT%H:%M:%S.%fZ"
_FORMATS = (
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S+00:00",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%fZ",
    "%Y-%m-%dT%H:%M:%S.%f+00:00",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%Y%m%dT%H%M%SZ",
    "%Y%m%d%H%M%S",
    "%Y-%m-%d",
    "%H:%M:%S",
    "%a, %d %b %Y %H:%M:%S GMT",
)
_MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_OTHER_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[+-]\d\d:?\d\d)?")


class Moment(NamedTuple):
    """A field that is a moment: the text that makes it, and its values in Unix seconds."""

    text: str  # of the payload: "{now:iso}"
    seconds: tuple[float, ...]
    note: str


def moment_of(leaf: Leaf) -> Moment | None:
    """Return how a leaf's values are written when they are moments, else None."""
    if leaf.format in ("date-time", "timestamp"):
        return Moment("{now:iso}", (), "a moment, by its schema")
    if leaf.format in ("date", "time"):
        form = "%Y-%m-%d" if leaf.format == "date" else "%H:%M:%S"
        return Moment(f"{{now:{form}}}", (), "a moment, by its schema")
    known = leaf.known
    if known and all(isinstance(value, str) for value in known):
        return _of_texts(known)
    if leaf.numbers:
        return _of_numbers(leaf)
    return None


def _of_texts(texts: Sequence[Any]) -> Moment | None:
    if all(_MILLISECONDS.fullmatch(text) for text in texts):
        return Moment("{now:iso}", _seconds(texts, _ISO), "ISO 8601 with milliseconds, UTC")
    for form in _FORMATS:
        if all(_is(text, form) for text in texts):
            return Moment(f"{{now:{form}}}", _seconds(texts, form), f"a time as {form}, in UTC")
    if all(_OTHER_ISO.fullmatch(text) for text in texts):
        seconds = tuple(_iso_seconds(text) for text in texts)
        return Moment("{now:iso}", seconds, f"ISO 8601, written as UTC; seen as {texts[0]}")
    return None


def _is(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).strftime(form) == text
    except ValueError:
        return False


def _seconds(texts: Sequence[str], form: str) -> tuple[float, ...]:
    return tuple(datetime.strptime(t, form).replace(tzinfo=UTC).timestamp() for t in texts)


def _iso_seconds(text: str) -> float:
    moment = datetime.fromisoformat(text.replace(" ", "T", 1).replace(" ", ""))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _of_numbers(leaf: Leaf) -> Moment | None:
    numbers = leaf.numbers
    for scale, form, expression in _SCALES:
        if all(_FIRST * scale <= number < _LAST * scale for number in numbers):
            if scale == 1.0 and not _NAMED.search(_lower(leaf.name)):
                return None
            return _epoch(numbers, scale, form=form, expression=expression)
    if all(_FIRST * _NANOSECONDS <= number < _LAST * _NANOSECONDS for number in numbers):
        seconds = tuple(number / _NANOSECONDS for number in numbers)
        return Moment("{now * 1000000000:.0f}", seconds, "Unix time in ns")
    return None


def _epoch(numbers: Sequence[float], scale: float, *, form: str, expression: str) -> Moment:
    seconds = tuple(number / scale for number in numbers)
    unit = {"epoch": "s", "ms": "ms", "us": "µs"}[form]
    step = _whole_step(seconds)
    if step:
        text = f"{{floor(now / {step}) * {step}:.0f}}" if scale == 1.0 else f"{{now:{form}}}"
        return Moment(text, seconds, f"Unix time in {unit}, in steps of {step} s")
    if all(isinstance(number, int) for number in numbers):
        return Moment(f"{{now:{form}}}", seconds, f"Unix time in {unit}")
    places = max(len(repr(number).partition(".")[2]) for number in numbers)
    return Moment(f"{{{expression}:.{min(places, 6)}f}}", seconds, f"Unix time in {unit}")


def _whole_step(seconds: Sequence[float]) -> int:
    """Return the step of times that are always whole minutes, quarters or hours; else 0."""
    steps = (3600, 900, 600, 300, 60) if len(seconds) >= FEW else (60,)
    for step in steps:
        if all(second % step == 0 for second in seconds):
            return step
    return 0


def _lower(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
