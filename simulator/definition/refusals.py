"""What pydantic found, in our words: what was needed, and what came.

Rule: every error has a text that names the value; a type that is not in the table says what
pydantic says.
"""

from collections.abc import Callable, Iterable, Sized
from typing import Any

from pydantic_core import ErrorDetails

from simulator.definition.model import OWN_TEXT, nearest, show
from simulator.definition.text.places import Finding, Path, known_path

_TEXTS: dict[str, str] = {
    "missing": "is missing",
    "model_type": "needs a mapping, got {got}",
    "dict_type": "needs a mapping, got {got}",
    "string_type": "needs a text, got {got}",
    "string_too_short": "needs {min_length} or more characters",
    "string_too_long": "has at most {max_length} characters",
    "string_pattern_mismatch": "must be written as {pattern}, got {got}",
    "float_type": "needs a number, got {got}",
    "float_parsing": "needs a number, got {got}",
    "finite_number": "needs a finite number, got {got}",
    "int_type": "needs a whole number, got {got}",
    "int_parsing": "needs a whole number, got {got}",
    "int_parsing_size": "the number is too large: {got}",
    "int_from_float": "needs a whole number, got {got}",
    "bool_type": "needs true or false, got {got}",
    "bool_parsing": "needs true or false, got {got}",
    "list_type": "needs a list, got {got}",
    "tuple_type": "needs a list, got {got}",
    "too_long": "has at most {max_length} entries, got {size}",
    "too_short": "needs at least {min_length} entries, got {size}",
    "greater_than": "must be above {gt}, got {got}",
    "greater_than_equal": "must be at least {ge}, got {got}",
    "less_than": "must be below {lt}, got {got}",
    "less_than_equal": "must be at most {le}, got {got}",
    "literal_error": "must be {expected}, got {got}",
    "model_attributes_type": "needs a mapping, got {got}",
    "union_tag_not_found": "{discriminator} is missing",
    "union_tag_invalid": "{discriminator} must be {expected_tags}, got {tag!r}",
}
_GOT = ", got "  # before the value


def findings_of(
    errors: Iterable[ErrorDetails], data: Any, *, is_secret: bool = False
) -> list[Finding]:
    """Return pydantic's errors over ``data`` with our texts, each place once.

    A union reports each of its members, at places that the document does not have; they become one
    finding at the place that it has. Of what ``is_secret`` no text shows a value.
    """
    texts: dict[Path, list[str]] = {}
    for details in errors:
        if _is_echo(details):
            continue
        place = _place_of(details, data)
        text = text_of(details, is_secret=is_secret)
        if text not in texts.setdefault(place, []):
            texts[place].append(text)
    return [Finding(place, "; or ".join(several)) for place, several in texts.items()]


def _is_echo(details: ErrorDetails) -> bool:
    """Whether a list is called too short for entries that have errors of their own."""
    return details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"]


def text_of(details: ErrorDetails, *, is_secret: bool = False) -> str:
    """Return what one error of pydantic says, in our words; without a value that ``is_secret``."""
    context = details.get("ctx", {})
    if details["type"] == OWN_TEXT:
        return str(context["text"])
    if details["type"] in ("value_error", "assertion_error"):
        return str(context["error"])
    template = _TEXTS.get(details["type"])
    got = details["input"]
    if template is None:
        message = details["msg"]
        return f"{message[:1].lower()}{message[1:]}" + ("" if is_secret else f"{_GOT}{show(got)}")
    numbers = {name: _plain(value) for name, value in context.items()}
    size = len(got) if isinstance(got, Sized) else 0
    if is_secret:
        return template.partition(_GOT)[0].format(**numbers, size=size)
    return template.format(**numbers, got=show(got), size=size) + _hint(
        details["type"], got, context
    )


def _place_of(details: ErrorDetails, data: Any) -> Path:
    place = details["loc"]
    known = known_path(data, place)
    is_missing = details["type"] == "missing" and len(place) == len(known) + 1
    return place if is_missing else known


def _plain(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, float) else value


def _hint_for_text(got: Any, _: dict[str, Any]) -> str:
    return "; in quotes it is one" if isinstance(got, int | float) else ""


def _hint_for_choice(got: Any, context: dict[str, Any]) -> str:
    allowed = [
        word.strip("'")
        for word in str(context["expected"]).replace(" or ", ", ").split(", ")
        if word.startswith("'")
    ]
    near = nearest(got, allowed) if isinstance(got, str) else ""
    return f", {near}" if near.startswith("did you mean") else ""


def _hint_for_tag(_: Any, context: dict[str, Any]) -> str:
    words = [word.strip("'") for word in str(context["expected_tags"]).split(", ")]
    near = nearest(context["tag"], words)
    return f", {near}" if near.startswith("did you mean") else ""


def _hint_for_list(got: Any, _: dict[str, Any]) -> str:
    return f": write [{got}]" if isinstance(got, str) and len(got) < 40 else ""


_HINTS: dict[str, Callable[[Any, dict[str, Any]], str]] = {
    "string_type": _hint_for_text,
    "literal_error": _hint_for_choice,
    "list_type": _hint_for_list,
    "tuple_type": _hint_for_list,
    "union_tag_invalid": _hint_for_tag,
}


def _hint(kind: str, got: Any, context: dict[str, Any]) -> str:
    return _HINTS[kind](got, context) if kind in _HINTS else ""
