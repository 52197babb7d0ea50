"""What a profile of a target is: a few named inputs that make a whole target.

Rule: pure; a form and the command line ask the same profile, and get the same target.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pydantic import ValidationError

from simulator.definition.model import nearest
from simulator.errors import DefinitionError, Problem
from simulator.lot.base import MAX_TEXT
from simulator.lot.credentials import MAX_SECRET, Credentials
from simulator.lot.profiles.limits import Limits
from simulator.lot.targets import target_of

Kind: TypeAlias = Literal["text", "secret", "choice", "pem"]
Values: TypeAlias = Mapping[str, str]  # of inputs; all that are not given are empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One thing that a profile asks for.

    ``kind``: a line of text, a secret line, one of ``choices`` (value -> words), or PEM text, of
    which ``is_secret`` says whether it may be shown again. ``needed_by`` are the values of another
    input with which it cannot be left out; nothing: it never can, unless ``is_optional``.
    """

    name: str
    label: str
    help: str = ""
    kind: Kind = "text"
    choices: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    example: str = ""
    is_optional: bool = False
    is_secret: bool = False
    needed_by: tuple[str, tuple[str, ...]] | None = None

    @property
    def most(self) -> int:
        """The most characters that it takes."""
        return MAX_TEXT if self.kind in ("text", "choice") else MAX_SECRET


@dataclass(frozen=True, slots=True)
class Topic:
    """Where something is published, or waited for, at this kind of target."""

    use: str  # what for, as a heading
    topic: str  # as a message or a reply of a definition says it


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a profile makes.

    ``target`` and ``credentials`` are documents, as ``target_of`` and ``Credentials`` take them.
    ``columns`` are those that a credential table must have; none: no table is needed.
    """

    target: dict[str, Any]
    credentials: dict[str, Any] = field(default_factory=dict, repr=False)
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A ready kind of target: one choice in the place of ten fields."""

    name: str
    title: str
    summary: str
    inputs: tuple[Input, ...]
    make: Callable[[Values], Built]
    limits: Limits = field(default_factory=Limits)

    def build(self, values: Values) -> Built:
        """Return the target that the inputs make.

        Raises:
            DefinitionError: With every problem; the place of each is the name of an input, and no
                text shows a secret.
        """
        known = {each.name: each for each in self.inputs}
        given = {
            each.name: values.get(each.name, "").strip() or each.default for each in self.inputs
        }
        problems = [
            Problem(name, f"unknown input, {nearest(name, list(known))}")
            for name in values
            if name not in known
        ]
        problems += [
            Problem(each.name, text)
            for each in self.inputs
            if (text := _trouble(each, given[each.name], given))
        ]
        if problems:
            raise DefinitionError(*problems)
        built = self.make(given)
        _check(built)
        return built


def _trouble(asked: Input, value: str, values: Values) -> str:
    """Return what is wrong with the value of an input; empty: nothing."""
    if not value:
        return "is needed" if _is_needed(asked, values) else ""
    if asked.choices and value not in asked.choices:
        return f"must be one of {', '.join(asked.choices)}, got {value!r}"
    if len(value) > asked.most:
        return f"may have {asked.most:,} characters, it has {len(value):,}"
    if asked.kind == "pem" and "-----BEGIN" not in value:
        return "must be PEM text, with the line -----BEGIN"
    return ""


def _is_needed(asked: Input, values: Values) -> bool:
    if asked.needed_by is not None:
        other, those = asked.needed_by
        return values[other] in those
    return not asked.is_optional


def _check(built: Built) -> None:
    """Hold a target against its model, which knows limits that no input says."""
    try:
        target_of(built.target)
        Credentials.model_validate(built.credentials)
    except ValidationError as error:
        raise DefinitionError(
            *(
                Problem(str(each["loc"][-1]), each["msg"])
                for each in error.errors(include_input=False, include_url=False)
            )
        ) from None
