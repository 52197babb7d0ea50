"""Definitions in files: what every command reads first."""

from collections.abc import Mapping
from pathlib import Path

from simulator.definition import Dataset, Definition, check
from simulator.definition.parsing import MAX_BYTES
from simulator.errors import DefinitionError, Problem


def read_definition(path: Path) -> str:
    """Return the text of a definition's file.

    Raises:
        DefinitionError: It is not there, cannot be read, is too large or not UTF-8; begins with
            the file's name.
    """
    try:
        with path.open("rb") as file:
            contents = file.read(MAX_BYTES + 1)
        return contents.decode() if len(contents) <= MAX_BYTES else _too_large(path)
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path}: not UTF-8, byte {error.start + 1}") from None


def _too_large(path: Path) -> str:
    raise DefinitionError(f"{path}: a document has at most {MAX_BYTES // 1024} KiB")


def load_definition(path: Path, *, datasets: Mapping[str, Dataset] | None = None) -> Definition:
    """Return the definition in a file.

    Raises:
        DefinitionError: With every problem, each text beginning with the file's name.
    """
    checked = check(read_definition(path), datasets=datasets)
    if checked.definition is None:
        raise DefinitionError(
            *(Problem("", f"{path}: {line_of(each)}") for each in checked.problems)
        )
    return checked.definition


def line_of(problem: Problem) -> str:
    """Return a problem with its place; what is no part of the document yet stands at its line."""
    if problem.place or problem.line is None:
        return str(problem)
    return f"line {problem.line}: {problem.text}"
