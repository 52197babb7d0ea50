"""The command line, ``python -m simulator COMMAND``: chooses the command's module and runs it.

Rule: status 0 is good, 2 is wrong usage or a bad definition; other numbers are a command's own.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import import_module

# Command -> what it does. Its module in ``simulator.commands`` has ``arguments`` and ``main``.
COMMANDS = {
    "check": "check a definition, and say everything that is wrong with it",
    "infer": "make a definition out of sample payloads, a schema or a recording",
    "library": "list the ready definitions, or print one of them",
    "profiles": "list the ready profiles of a target, or what one of them asks for",
    "preview": "show what mocks would send, in virtual time and without a network",
    "schema": "print the JSON Schema of definitions, for editors",
    "upgrade": "write a definition in the present version of the language",
    "run": "let mocks connect to a target and send",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = ArgumentParser(prog="python -m simulator", description="Virtual devices that send.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    parsers = {
        name: commands.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.")
        for name, text in COMMANDS.items()
    }
    chosen = next((name for name in given if not name.startswith("-")), None)
    if chosen not in parsers:
        parser.parse_args(given)  # says what is allowed, and ends
    module = import_module(f"simulator.commands.{chosen}")
    module.arguments(parsers[str(chosen)])
    status: int = module.main(parser.parse_args(given))
    return status


if __name__ == "__main__":
    sys.exit(main())
