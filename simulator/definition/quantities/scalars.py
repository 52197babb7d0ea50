"""Texts and plain values of a document, within their limits."""

from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from simulator.definition.model import reader, show
from simulator.errors import DefinitionError

MAX_TEXT = 1_000  # characters of a name, a unit, a description or a constant

Text: TypeAlias = Annotated[str, Field(max_length=MAX_TEXT)]


def read_scalar(value: Any) -> str | bool | int | float:
    """Return a text, a number, true or false as it is."""
    if not isinstance(value, str | int | float):
        raise DefinitionError(f"needs a text, a number, true or false, got {show(value)}")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise DefinitionError(f"a text has at most {MAX_TEXT:,} characters")
    return value


def check_title(text: str) -> str:
    """Return a name for people, which stands in titles, mails and tables as it is."""
    if not text.isprintable():
        raise DefinitionError(f"a name has no control characters, got {show(text)}")
    return text


Title: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=100), AfterValidator(reader(check_title))
]
Scalar: TypeAlias = Annotated[
    str | bool | int | float,
    PlainValidator(reader(read_scalar)),
    WithJsonSchema({"type": ["string", "number", "boolean"], "maxLength": MAX_TEXT}),
]
