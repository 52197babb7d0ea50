"""``check FILE``: says everything that is wrong with a definition, each on a line of its own."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from simulator.commands.files import load, load_definition
from simulator.commands.telling import told
from simulator.errors import DefinitionError


def arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the definition")
    parser.add_argument(
        "--datasets",
        metavar="DIR",
        type=Path,
        help="hold it against the datasets in this folder too: missing files, missing columns",
    )


def main(options: Namespace) -> int:
    """Check the file. Return 0, or 2 when something is wrong with it."""
    try:
        if options.datasets:
            definition, _ = load(options.file, options.datasets)
        else:
            definition = load_definition(options.file)
    except DefinitionError as error:
        print(told(error), file=sys.stderr)
        return 2
    counts = [
        _counted(len(definition.metrics), "metric", "metrics"),
        _counted(len(definition.messages), "message", "messages"),
        _counted(len(definition.statuses), "status", "statuses"),
    ]
    print(f"{options.file}: {definition.name}: {', '.join(counts)}")
    return 0


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
