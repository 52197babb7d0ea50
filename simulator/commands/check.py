"""``check FILE``: says everything that is wrong with a definition, each on a line of its own."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from simulator.commands.files import line_of, read_definition
from simulator.definition import check
from simulator.errors import DefinitionError


def arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the definition")


def main(options: Namespace) -> int:
    """Check the file. Return 0, or 2 when something is wrong with it."""
    try:
        text = read_definition(options.file)
    except DefinitionError as error:
        print(error, file=sys.stderr)
        return 2
    checked = check(text)
    if checked.definition is None:
        for problem in checked.problems:
            print(f"{options.file}: {line_of(problem)}", file=sys.stderr)
        return 2
    definition = checked.definition
    counts = [
        _counted(len(definition.metrics), "metric", "metrics"),
        _counted(len(definition.messages), "message", "messages"),
        _counted(len(definition.statuses), "status", "statuses"),
    ]
    print(f"{options.file}: {definition.name}: {', '.join(counts)}")
    return 0


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
