"""``upgrade FILE``: writes a definition in the present version of the language."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from simulator.commands.files import line_of, read_definition
from simulator.definition.text.upgrading import upgrade_text
from simulator.errors import DefinitionError, Problem


def arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the definition")
    parser.add_argument("--write", action="store_true", help="into the file, instead of printing")


def main(options: Namespace) -> int:
    """Print the document, or write it into its file. Return 0, or 2 when it cannot be read."""
    try:
        text = read_definition(options.file)
        upgraded = _upgraded(options.file, text)
        if options.write and upgraded != text:
            _replace(options.file, upgraded)
    except DefinitionError as error:
        print(error, file=sys.stderr)
        return 2
    if not options.write:
        sys.stdout.buffer.write(upgraded.encode())
    return 0


def _upgraded(path: Path, text: str) -> str:
    try:
        return upgrade_text(text)
    except DefinitionError as error:
        texts = [Problem("", f"{path}: {line_of(each)}") for each in error.problems]
        raise DefinitionError(*texts) from None


def _replace(path: Path, text: str) -> None:
    """Write the file anew beside the old one, which stays whole until the new one is."""
    half = path.with_name(f"{path.name}.part")
    try:
        half.write_bytes(text.encode())
        half.replace(path)
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be written: {error.strerror}") from None
