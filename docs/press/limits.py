"""The limits of the language as a table, out of the constants that hold them.

Rule: a number is named by its constant, never written here.
"""

from docs.press.tables import table
from simulator.datasets import dataset, shapes, track
from simulator.datasets import table as csv
from simulator.definition import document
from simulator.definition.behaviour import buffer, matching, status
from simulator.definition.checks import cost, names
from simulator.definition.expressions import compiling, syntax, template
from simulator.definition.messages import beside, binary, bodies, message, payload, samples
from simulator.definition.metrics import variables
from simulator.definition.quantities import scalars
from simulator.definition.text import parsing, plain
from simulator.fleet import backlog
from simulator.schemas import protobuf

_MB = 1_000_000


def limits_table() -> str:
    """Return what there may be at most, one row a thing."""
    return table(
        ("what", "at most"), [*_document(), *_texts(), *_messages(), *_statuses(), *_files()]
    )


def _document() -> list[tuple[str, ...]]:
    return [
        (
            "document",
            f"{parsing.MAX_BYTES // 1024} KiB, {plain.MAX_DEPTH} levels, {plain.MAX_VALUES:,}"
            " values (what a YAML alias repeats counts each time), whole numbers of 64 bits",
        ),
        ("constants, variables", f"{document.MAX_NAMES} each"),
        ("metrics", f"{document.MAX_METRICS}"),
        ("messages", f"{message.MAX_MESSAGES}"),
        ("statuses", f"{document.MAX_STATUSES}, {status.MAX_LEVELS} levels in each other"),
        ("values of a choice", f"{variables.MAX_OPTIONS:,}"),
        ("memory of one mock's arrays", f"{cost.MAX_MEMORY // 1024} KiB, estimated"),
        ("problems told at once", f"{parsing.MAX_PROBLEMS}"),
    ]


def _texts() -> list[tuple[str, ...]]:
    return [
        ("name of a constant, variable, metric, message, status", f"{names.MAX_NAME} characters"),
        ("text for people, value of a constant", f"{scalars.MAX_TEXT:,} characters"),
        (
            "text with placeholders",
            f"{template.MAX_LENGTH:,} characters, {template.MAX_PLACEHOLDERS} placeholders",
        ),
        (
            "expression",
            f"{syntax.MAX_LENGTH:,} characters, {compiling.MAX_NODES} names, numbers and"
            f" operators, {compiling.MAX_DEPTH} levels, a cost of {compiling.MAX_COST}",
        ),
    ]


def _messages() -> list[tuple[str, ...]]:
    return [
        (
            "values of one payload",
            f"{payload.MAX_NODES:,}; with the samples of its bulks {payload.MAX_VALUES:,}",
        ),
        ("`count` of a bulk", f"{samples.MAX_BULK:,}"),
        ("`size` of a payload", f"{bodies.MAX_SIZE:,} bytes"),
        ("columns of a CSV line, fields of a form", f"{bodies.MAX_COLUMNS} each"),
        ("headers, user properties", f"{beside.MAX_BESIDE} each"),
        ("fields of a binary layout", f"{binary.MAX_FIELDS}"),
        ("schema of Protobuf or Avro", f"{protobuf.MAX_SCHEMA:,} characters"),
    ]


def _statuses() -> list[tuple[str, ...]]:
    return [
        ("transitions out of one status", f"{status.MAX_TRANSITIONS}"),
        ("variables that one action sets", f"{status.MAX_SET}"),
        ("conditions on one message received", f"{matching.MAX_WHERE}"),
        (
            "buffer of one mock",
            f"{buffer.MAX_MESSAGES_KEPT:,} messages; those of all mocks of a shard together"
            f" {backlog.MAX_BYTES // _MB} MB",
        ),
    ]


def _files() -> list[tuple[str, ...]]:
    return [
        ("dataset", f"{dataset.MAX_BYTES // _MB} MB"),
        ("CSV file", f"{csv.MAX_ROWS:,} rows, {csv.MAX_COLUMNS} columns"),
        ("GPX file", f"{track.MAX_POINTS:,} points"),
        (
            "GeoJSON file",
            f"{shapes.MAX_GEOJSON_BYTES // _MB} MB, {shapes.MAX_PIECES:,} lines, outlines and"
            " points",
        ),
    ]
