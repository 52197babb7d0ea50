"""``profiles [NAME]``: lists the ready profiles of a target, or what one of them asks for."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from simulator.definition.model import nearest
from simulator.lot.profiles import PROFILES, Input, Profile


def arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="the one that is told whole")


def main(options: Namespace) -> int:
    """Print what was asked for. Return 0, or 2 when there is none of that name."""
    if options.name is None:
        for each in PROFILES.values():
            print(f"{each.name:16} {each.title}: {each.summary}")
        return 0
    if options.name not in PROFILES:
        known = nearest(options.name, list(PROFILES))
        print(f"there is no {options.name!r}, {known}", file=sys.stderr)
        return 2
    print("\n".join(_told(PROFILES[options.name])))
    return 0


def _told(profile: Profile) -> Iterator[str]:
    yield f"{profile.title}: {profile.summary}"
    yield ""
    for asked in profile.inputs:
        yield f"--input {asked.name}=...{_how(asked):12} {asked.label}. {asked.help}".rstrip()
        for value, words in asked.choices.items():
            yield f"    {value}: {words}"


def _how(asked: Input) -> str:
    if asked.default:
        return f" ({asked.default})"
    return " (optional)" if asked.is_optional or asked.needed_by else ""
