"""``library [NAME]``: lists the ready definitions, or prints one of them."""

import sys
from argparse import ArgumentParser, Namespace

from simulator.definition.model import nearest
from simulator.library import ready, ready_named


def arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="the one that is printed")


def main(options: Namespace) -> int:
    """Print what was asked for. Return 0, or 2 when there is none of that name."""
    names = [one.name for one in ready()]
    if options.name is None:
        for one in ready():
            print(f"{one.name:20} {one.summary}")
        return 0
    if options.name not in names:
        print(f"there is no {options.name!r}, {nearest(options.name, names)}", file=sys.stderr)
        return 2
    sys.stdout.write(ready_named(options.name).text)
    return 0
