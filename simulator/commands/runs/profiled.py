"""Targets by a ready profile, in a lot file or by arguments.

Rule: a profile makes the target; what else is said of it goes over that. What a service would not
take is refused, for it would only close the connection.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator.definition import Definition
from simulator.definition.model import nearest
from simulator.errors import DefinitionError, Problem
from simulator.lot import Credentials, Target, target_of
from simulator.lot.profiles import PROFILES, Built, Profile, limit_problems


def profile_named(name: Any) -> Profile:
    """Return a profile.

    Raises:
        DefinitionError: There is none of that name.
    """
    if name not in PROFILES:
        known = nearest(str(name), list(PROFILES))
        raise DefinitionError(Problem("profile", f"unknown profile {name!r}, {known}"))
    return PROFILES[name]


def built_by(profile: Profile, inputs: Any) -> Built:
    """Return what a profile makes of inputs as a document has them: texts, numbers.

    Raises:
        DefinitionError: With the name of an input as the place of each problem.
    """
    if not isinstance(inputs, Mapping):
        raise DefinitionError(Problem("inputs", "needs a mapping of names to texts"))
    return profile.build({str(name): str(value) for name, value in inputs.items()})


def target_by(name: str, given: Sequence[str]) -> tuple[Target, Credentials]:
    """Return the target and secrets of a profile and its inputs, ``hub=my-hub``, ``key=@FILE``.

    Raises:
        DefinitionError: An input is none, or its file cannot be read.
    """
    built = built_by(profile_named(name), dict(map(_input, given)))
    return target_of(built.target), Credentials.model_validate(built.credentials)


def refused_by(profile: Profile, definition: Definition) -> tuple[Problem, ...]:
    """Return what the service of a profile would not take of a definition."""
    return limit_problems(definition, profile.limits)


def _input(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise DefinitionError(f"--input: must be NAME=VALUE, got {name[:40]!r}")
    return name, _contents(Path(value[1:])) if value.startswith("@") else value


def _contents(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path}: not UTF-8, byte {error.start + 1}") from None
