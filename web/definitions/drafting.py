"""A definition made of what somebody pastes: payloads, schemas, codecs, a recording, a document.

Rule: what comes out is a draft with a note for every guess; nothing is stored here.
"""

import csv
from dataclasses import dataclass
from io import StringIO
from itertools import islice

import yaml

import simulator
from web.definitions import naming
from web.definitions.sparklines import limits_of, path_of

MOST_CHARACTERS = 500_000  # about a minute a sample for a week, with 8 columns
MOST_CHARTS = 12
HEAD = 5  # lines that tell a table from other text
SEPARATORS = ",;\t"


class DraftError(ValueError):
    """No definition can be made of the text; a sentence for its author."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One column of a recording beside what was made of it: SVG paths, and figures in words."""

    column: str
    recorded: str
    simulated: str
    figures: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A document, what each part was made from, and for a recording its charts."""

    text: str
    notes: tuple[simulator.Note, ...] = ()
    charts: tuple[Chart, ...] = ()


def draft_of(text: str, *, name: str) -> Draft:
    """Return the definition that a text makes.

    Args:
        text: Payloads (JSON, one or more, a line each or a list), a JSON Schema, an OpenAPI or DTDL
            document, a LoRaWAN codec, a CSV recording, or a whole definition.
        name: Of the definition; empty keeps that of a whole definition.

    Raises:
        DraftError: It is none of these.
    """
    if len(text) > MOST_CHARACTERS:
        raise DraftError(
            f"At most {MOST_CHARACTERS:,} characters can be taken here, got {len(text):,}. "
            "Upload a longer recording as a dataset."
        )
    try:
        if is_definition(text):
            return Draft(naming.renamed(text, name) if name else text)
        if is_table(text):
            return _recording(text, name or "Recording")
        made = simulator.infer([("the text", text)], name=name or "Device")
    except simulator.MocklotError as error:
        raise DraftError(_sentence(str(error))) from error
    return Draft(made.text, made.notes)


def is_definition(text: str) -> bool:
    """Return whether a text is a document of the language already."""
    try:
        document = yaml.safe_load(text) if len(text) < MOST_CHARACTERS else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return False
    return (
        isinstance(document, dict)
        and isinstance(document.get("name"), str)
        and "id" in document
        and isinstance(document.get("messages"), dict)
        and all(isinstance(each, dict) for each in document["messages"].values())
    )


def is_table(text: str) -> bool:
    """Return whether a text is CSV: its first lines have as many cells, two or more."""
    lines = [line for line in islice(StringIO(text), HEAD) if line.strip()]
    if len(lines) < 3 or lines[0].lstrip()[:1] in "{[":
        return False
    return any(
        len({len(row) for row in csv.reader(lines, delimiter=separator)}) == 1
        and lines[0].count(separator)
        for separator in SEPARATORS
    )


def _recording(text: str, name: str) -> Draft:
    dataset = simulator.read_dataset("recording.csv", text.encode())
    made = simulator.infer_recording(dataset, name=name)
    compared = simulator.compare(dataset, made.text)
    return Draft(made.text, made.notes, tuple(_chart(each) for each in compared[:MOST_CHARTS]))


def _chart(each: simulator.Comparison) -> Chart:
    limits = limits_of([*each.recorded, *each.simulated])
    before, after = each.before, each.after
    return Chart(
        each.column,
        path_of(each.times, each.recorded, limits),
        path_of(each.times, each.simulated, limits),
        f"mean {before.mean:.4g} and {after.mean:.4g}, deviation {before.deviation:.3g} and "
        f"{after.deviation:.3g}, memory {before.memory:.2f} and {after.memory:.2f}",
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
