"""What a payload may be written in beside a tree: tables, schemas, and how it is packed.

Rule: only what the document says; what makes the bytes is in ``payloads/``.
"""

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator.definition.expressions.template import Template
from simulator.definition.messages.samples import Samples
from simulator.definition.model import Model, reader, show
from simulator.errors import DefinitionError

MAX_COLUMNS = 500  # of a line, or fields of a form
MAX_SIZE = 1_000_000  # bytes that one payload is filled up to

Place: TypeAlias = tuple[str | int, ...]
Templates: TypeAlias = list[tuple[Place, Template]]


def read_cell(value: Any) -> Any:
    """Return one cell: a Template for a text; a number, true, false or null as it is."""
    if value is None or isinstance(value, bool | int | float | Template):
        return value
    if isinstance(value, str):
        return Template.read(value)
    raise DefinitionError(f"needs a text, a number, true, false or null, got {show(value)}")


Cell: TypeAlias = Annotated[
    Any,
    BeforeValidator(reader(read_cell)),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]


_SOME = Field(min_length=1, max_length=MAX_COLUMNS)
_Columns: TypeAlias = Annotated[tuple[Cell, ...], _SOME]


def _with_columns(value: Any) -> Any:
    return {"columns": value} if isinstance(value, list | tuple) else value


class Table(Model):
    """Lines of separated values (RFC 4180), one line, or one for each sample.

    A cell with the separator, a quote or a line's end in it stands in quotes. No value is an empty
    cell. In short, without any of the other words: ``csv: ["{id}", "{temperature:.1f}"]``.
    """

    columns: Annotated[dict[str, Cell], _SOME] | _Columns = Field(
        description=f"The cells of a line, 1 to {MAX_COLUMNS}; as a mapping with their names",
    )
    header: bool | None = Field(
        default=None,
        description="Whether the names stand in a line of their own; else only if there are names",
    )
    separator: str = Field(
        default=",", description="What stands between cells, one character", pattern=r'^[^"\r\n]$'
    )
    quote: str = Field(
        default='"', description="What stands around a cell, one character", pattern=r"^[^\r\n]$"
    )
    decimal: Literal[".", ","] = Field(default=".", description="What stands before decimals")
    line_end: Literal["\n", "\r\n"] = Field(default="\n", description="What stands between lines")
    bulk: Samples | None = Field(default=None, description="Several lines, one for each sample")

    examples: ClassVar[tuple[str, ...]] = (
        '["{id}", "{now:iso}", "{temperature:.1f}"]',
        '{columns: {time: "{now:epoch}", t: "{temperature}"}, separator: ";", decimal: ","}',
    )

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> "Table":
        if self.separator in (self.decimal, self.quote):
            raise ValueError(f"separator, quote and decimal must differ, got {self.separator}")
        if self.header and not isinstance(self.columns, dict):
            raise ValueError("a header needs names: write columns as a mapping")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """What stands in the line of names; nothing when there is none."""
        if not isinstance(self.columns, dict) or self.header is False:
            return ()
        return tuple(self.columns)

    @property
    def cells(self) -> tuple[Any, ...]:
        """The cells of one line."""
        return tuple(self.columns.values()) if isinstance(self.columns, dict) else self.columns

    def templates(self) -> Templates:
        """Return every template with its place."""
        steps: Any = self.columns if isinstance(self.columns, dict) else range(len(self.columns))
        pairs = zip(steps, self.cells, strict=True)
        return [(("columns", at), each) for at, each in pairs if isinstance(each, Template)]


Csv: TypeAlias = Annotated[
    Table,
    BeforeValidator(_with_columns, json_schema_input_type=Table | _Columns),
]

FormFields: TypeAlias = Annotated[dict[str, Cell], Field(min_length=1, max_length=MAX_COLUMNS)]


def _with_method(value: Any) -> Any:
    return {"method": value} if isinstance(value, str) else value


class Packing(Model):
    """How a payload is compressed: ``gzip``, or ``{method: gzip, level: 9}``.

    ``deflate`` is what HTTP means by it, a zlib stream (RFC 9110, section 8.4.1.2). The bytes are
    the same each time: a gzip header has no time in it.
    """

    method: Literal["gzip", "deflate"] = Field(description="`gzip` or `deflate`")
    level: int = Field(default=6, ge=1, le=9, description="From 1, fastest, to 9, smallest")


Compress: TypeAlias = Annotated[
    Packing,
    BeforeValidator(_with_method, json_schema_input_type=Packing | Literal["gzip", "deflate"]),
]
