"""``schema``: prints the JSON Schema of definitions, for editors and other tools."""

import sys
from argparse import ArgumentParser, Namespace

import orjson

import simulator


def arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--id", metavar="URL", default="", help="where it is to be served: its $id")


def main(options: Namespace) -> int:
    """Print the schema. Return 0."""
    schema = simulator.definition_schema(options.id)
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    sys.stdout.buffer.write(orjson.dumps(schema, option=option))
    return 0
