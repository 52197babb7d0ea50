"""The tree of errors, by whose fault it is.

MocklotError
    DefinitionError   the user asked for what cannot be simulated  -> shown at its place
        DatasetError  an uploaded file cannot be used              -> shown on its page, by name
    TargetError       the far side, or the road to it              -> a reason in the log, one mock
        Unreachable   no connection: name, route, refusal, TLS
        Refused       the far side said no, in its own protocol
        ProtocolViolation  the far side said what its protocol does not allow
    StaleLease        this tower no longer holds the shard         -> stop it, write nothing

Anything else that is raised is our own bug. Texts are for programs to pass on: lower case, no
full stop, what was needed and what came, with its unit, and never a secret.
"""

from dataclasses import dataclass


class MocklotError(Exception):
    """The root of every error that is not our bug."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a document, at its place.

    ``place`` is the path in the document, ``statuses.alarm.go[0].when``; empty for the whole
    document. ``line`` and ``column`` count from 1 and are None when the text is not known.
    ``text`` says what is wrong and what is allowed.
    """

    place: str
    text: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


class DefinitionError(MocklotError):
    """The user asked for what cannot be simulated; ``problems`` says where and why."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(p if isinstance(p, Problem) else Problem("", p) for p in problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DatasetError(DefinitionError):
    """An uploaded file cannot be used: not UTF-8, ragged rows, no header, no points."""


class TargetError(MocklotError):
    """The far side, or the road to it; the text is the reason in the log. Costs one mock."""


class Unreachable(TargetError):
    """There is no connection: unknown name, no route, refused, TLS."""


class Refused(TargetError):
    """The far side answered no, in the words of its own protocol."""


class ProtocolViolation(TargetError):
    """The far side sent what its protocol does not allow at this point."""


class StaleLease(MocklotError):
    """This tower no longer holds the shard: stop it at once and write nothing."""
