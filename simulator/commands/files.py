"""Definitions in files: what every command reads first."""

from collections.abc import Mapping
from pathlib import Path

from simulator.datasets import Dataset, read_dataset
from simulator.definition import Definition, check
from simulator.definition.text.parsing import MAX_BYTES
from simulator.errors import DatasetError, DefinitionError, Problem


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


def load(file: Path, folder: Path | None) -> tuple[Definition, dict[str, Dataset]]:
    """Return the definition in ``file``, and those datasets in ``folder`` that it names.

    Without a folder they are looked for beside the file.

    Raises:
        DefinitionError: With every problem, or a folder or a dataset cannot be read.
    """
    draft = check(read_definition(file)).definition
    needed = draft.datasets if draft else frozenset()
    there = _files(folder or file.parent) if folder or needed else {}
    datasets = {name: _dataset(there[name]) for name in needed if name in there}
    # What a broken definition needs is not known, so that nothing is said to be missing.
    return load_definition(file, datasets=datasets if draft else None), datasets


def _files(folder: Path) -> dict[str, Path]:
    try:
        return {path.name: path for path in folder.iterdir() if path.is_file()}
    except OSError as error:
        raise DatasetError(f"{folder}: cannot be read: {error.strerror}") from None


def _dataset(path: Path) -> Dataset:
    try:
        with path.open("rb") as contents:
            return read_dataset(path.name, contents)
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror}") from None


def line_of(problem: Problem) -> str:
    """Return a problem with its place; what is no part of the document yet stands at its line."""
    if problem.place or problem.line is None:
        return str(problem)
    return f"line {problem.line}: {problem.text}"
