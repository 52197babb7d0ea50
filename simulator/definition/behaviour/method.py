"""Methods: behaviour that many devices have, ready-made; said in statuses and replies.

Rule: a method does nothing that a document could not say itself. ``expanded`` is what it says, as
plain data; the rest of the language reads that like any other.
"""

from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from simulator.definition.behaviour.matching import MAX_WHERE, Comparison, On, dotted
from simulator.definition.behaviour.reply import NOW, Answers
from simulator.definition.behaviour.status import MAX_SET
from simulator.definition.expressions.expression import Expression
from simulator.definition.messages.message import Message
from simulator.definition.model import Model
from simulator.definition.quantities.durations import Duration, Steady
from simulator.definition.quantities.scalars import Scalar, Text
from simulator.definition.quantities.units import Chance, Every

MAX_METHODS = 20  # of a definition
MAX_STAGES = 20  # of an update

MAX_FIELD = 200  # characters of a path in a command
MAX_REASON = 200  # characters of the reason for which a value is refused
MAX_STAGE = 30  # characters of a stage's name

_UNQUOTED = "'\"\\[]#"  # what a quoted text of an expression, or a step of a path, cannot hold

Plain: TypeAlias = dict[str, Any]  # section -> name -> what a document would have there


class Reboot(Model):
    """Silence, a new connection, birth messages; ``uptime`` counts from the end of the silence.

    Makes the reply ``name``, and the statuses ``name`` (silent) and ``name done``.
    """

    on: On = Field(description="The command")
    delay: Duration = Field(default=NOW, description="From the command to the silence")
    takes: Duration = Field(
        default=Steady(30.0, 5.0), description="How long it is silent, without a connection"
    )
    answer: Answers = Field(default=(), description="What it says before: a message or its name")
    birth: tuple[Text, ...] = Field(
        default=(), description="Messages that it sends once it is connected anew, by name"
    )
    set: dict[str, Expression] = Field(
        default_factory=dict,
        max_length=MAX_SET,
        description="Variables that it loses: name -> what they are afterwards",
    )
    to: Text | None = Field(
        default=None, description="The status it goes on in; default: the first of the document"
    )

    def expanded(self, name: str, *, first: str) -> Plain:
        """Return what a document would say; ``first`` is its first status."""
        done = f"{name} done"
        reply = {"on": self.on, "delay": self.delay, "send": self.answer, "go": name}
        silent = {
            "connected": False,
            "restart": True,
            "leave": {"set": self.set},
            "go": [{"to": done, "after": self.takes}],
        }
        start = {"enter": {"send": self.birth}, "go": [{"to": self.to or first, "after": 0}]}
        return {"replies": {name: reply}, "statuses": {name: silent, done: start}}


JsonPath: TypeAlias = Annotated[str, Field(max_length=MAX_FIELD), AfterValidator(dotted)]


class Setting(Model):
    """One value of a configuration, and what it may be."""

    field: JsonPath = Field(
        default="", description="Dotted path of the value in the command's JSON; default: its name"
    )
    min: float | None = Field(default=None, description="A number, this or above")
    max: float | None = Field(default=None, description="A number, this or below")
    one_of: tuple[Scalar, ...] | None = Field(
        default=None, min_length=1, max_length=100, description="One of these values"
    )

    @property
    def limits(self) -> Plain:
        """What must be true of it, as a comparison."""
        given = {"at_least": self.min, "at_most": self.max, "one_of": self.one_of}
        return {word: value for word, value in given.items() if value is not None}

    @property
    def rule(self) -> str:
        """What it must be, in words."""
        low = "" if self.min is None else f"at least {self.min:g}"
        high = "" if self.max is None else f"at most {self.max:g}"
        options = ", ".join(map(str, self.one_of or ()))
        wanted = f"one of {options}" if options else ""
        return " and ".join(filter(None, [low, high, wanted]))


class Configure(Model):
    """Variables set from a command, each within its bounds; acknowledged, or refused with a reason.

    Makes the replies ``name`` and, for each value with bounds, ``name refuses value``. A value that
    the command does not have stays; one that is refused refuses the command as a whole, and so
    does a command that has none of them (``name refuses nothing``), such as one that is not JSON.
    """

    on: On = Field(description="The command")
    values: dict[str, Setting] = Field(
        min_length=1,
        max_length=MAX_SET,
        description="Variable -> where its value is, and its bounds",
    )
    delay: Duration = Field(default=NOW, description="From the command to all that it does")
    accepted: Answers = Field(default=(), description="What it says when the values are set")
    refused: Answers = Field(
        default=(), description="What it says when one is refused; its texts know {reason}"
    )

    def expanded(self, name: str, *, first: str) -> Plain:  # noqa: ARG002
        """Return what a document would say."""
        replies: Plain = {}
        paths = {variable: each.field or variable for variable, each in self.values.items()}
        nothing = dict.fromkeys(paths.values(), Comparison(exists=False))
        if len(self.on.where) + len(nothing) <= MAX_WHERE:
            reason = _quoted(f"needs {' or '.join(nothing)}"[:MAX_REASON])
            replies[f"{name} refuses nothing"] = self._refusal(nothing, reason)
        for variable, each in self.values.items():
            if not each.limits:
                continue
            path = paths[variable]
            wrong = Comparison.model_validate({"exists": True, "not": each.limits})
            reason = _quoted(f"{path} must be {each.rule}"[:MAX_REASON])
            replies[f"{name} refuses {variable}"] = self._refusal({path: wrong}, reason)
        replies[name] = {
            "on": self.on,
            "delay": self.delay,
            "set": {variable: arrived(path) for variable, path in paths.items()},
            "send": self.accepted,
        }
        return {"replies": replies}

    def _refusal(self, where: dict[str, Any], reason: str) -> Plain:
        return {
            "on": self.on.model_copy(update={"where": {**self.on.where, **where}}),
            "delay": self.delay,
            "with": {"reason": reason},
            "send": self.refused,
        }


class Stage(Model):
    """One step of an update."""

    takes: Duration = Field(description="How long it takes")
    fails: Chance = Field(default=Chance(0.0), description="Share of times that it fails")
    silent: bool = Field(
        default=False, description="true: without a connection, and the mock starts anew after it"
    )


def _usual_stages() -> dict[str, Stage]:
    return {
        "download": Stage(takes=Steady(60.0, 20.0), fails=Chance(0.01)),
        "verify": Stage(takes=Steady(5.0), fails=Chance(0.01)),
        "apply": Stage(takes=Steady(20.0, 5.0), fails=Chance(0.01)),
        "reboot": Stage(takes=Steady(15.0, 5.0), silent=True),
    }


class Firmware(Model):
    """An update in stages, each with its time and odds of failure: progress messages with percent,
    and at the end the new version, or a roll-back to the old one.

    Makes the reply ``name``, the status ``name`` with one status for each stage (``name download``,
    ...), ``name done``, ``name rolls back`` and ``name failed`` in it, the messages
    ``name progress``, ``name succeeded`` and ``name gave up``, and the variables ``name_target``
    and ``name_stage``, which the texts of its messages may read.
    """

    on: On = Field(description="The command")
    version: Text = Field(description="The variable that holds the version; text")
    field: JsonPath = Field(
        default="version",
        description="Dotted path of the new version in the command's JSON; a command without one "
        "installs the present version again",
    )
    stages: dict[Text, Stage] = Field(
        default_factory=_usual_stages,
        min_length=1,
        max_length=MAX_STAGES,
        description="Its stages, in their order; default: download, verify, apply and reboot",
    )
    delay: Duration = Field(default=NOW, description="From the command to the first stage")
    accepted: Answers = Field(default=(), description="What it says when it begins")
    every: Every = Field(default=Every(5.0), description="How often it tells its progress")
    progress: Message | None = Field(
        default=None,
        description="What it tells meanwhile; default: JSON of stage, percent and versions",
    )
    succeeded: Message | None = Field(default=None, description="What it tells when it is updated")
    failed: Message | None = Field(default=None, description="What it tells when it is not")
    roll_back: Duration = Field(
        default=Steady(20.0, 5.0), description="How long it takes to go back to the old version"
    )
    to: Text | None = Field(
        default=None, description="The status it goes on in; default: the first of the document"
    )

    def expanded(self, name: str, *, first: str) -> Plain:
        """Return what a document would say; ``first`` is its first status."""
        target, stage = f"{name}_target", f"{name}_stage"
        reply = {
            "on": self.on,
            "delay": self.delay,
            "set": {target: f"first({arrived(self.field)}, {self.version})"},
            "send": self.accepted,
            "go": name,
        }
        told = {
            "stage": f"{{{stage}}}",
            "status": "{status}",
            "percent": "{progress * 100:.0f}",
        }
        versions = {"version": f"{{{self.version}}}", "target": f"{{{target}}}"}
        messages = {
            f"{name} progress": self.progress or _told(name, {"id": "{id}", **told, **versions}),
            f"{name} succeeded": self.succeeded
            or _told(name, {"id": "{id}", "result": "succeeded", **versions}),
            f"{name} gave up": self.failed
            or _told(name, {"id": "{id}", "result": "failed", "stage": told["stage"], **versions}),
        }
        return {
            "variables": {target: {"choice": [""]}, stage: {"choice": [""]}},
            "messages": messages,
            "replies": {name: reply},
            "statuses": {name: self._status(name, target, self.to or first)},
        }

    def _status(self, name: str, target: str, to: str) -> Plain:
        """Return the status of the update, its stages and its two ends."""
        names = [f"{name} {stage}" for stage in self.stages]
        followers = [*names[1:], f"{name} done"]
        progress, rolls_back = f"{name} progress", f"{name} rolls back"
        inner: Plain = {}
        for own, follower, (word, stage) in zip(names, followers, self.stages.items(), strict=True):
            ways: list[Plain] = [{"to": follower, "after": stage.takes}]
            if stage.fails.share:
                ways.append({"to": rolls_back, "chance": stage.fails.share})
            inner[own] = {
                "enter": {"set": {f"{name}_stage": f"'{word}'"}},
                "restart": stage.silent,
                "connected": False if stage.silent else None,
                "send": {progress: "never"} if stage.silent else {},
                "go": ways,
            }
        inner[f"{name} done"] = {
            "enter": {"set": {self.version: target}, "send": [f"{name} succeeded"]},
            "go": [{"to": to, "after": 0}],
        }
        if any(stage.fails.share for stage in self.stages.values()):
            inner[rolls_back] = {"go": [{"to": f"{name} failed", "after": self.roll_back}]}
            inner[f"{name} failed"] = {
                "enter": {"send": [f"{name} gave up"]},
                "go": [{"to": to, "after": 0}],
            }
        return {"send": {progress: self.every}, "statuses": inner}

    @model_validator(mode="after")
    def _stages_are_named(self) -> "Firmware":
        if not self.version.isidentifier():
            raise ValueError(f"version needs the name of a variable, got {self.version!r}")
        for word in self.stages:
            plain = word.replace(" ", "").replace("-", "").replace("_", "")
            if not plain.isalnum() or len(word) > MAX_STAGE:
                raise ValueError(
                    "a stage's name has letters, digits, '_', '-' and blanks only, at most"
                    f" {MAX_STAGE}, got {word[:60]!r}"
                )
            if word in ("done", "rolls back", "failed"):
                raise ValueError(f"{word!r} is a status of the method's own, not a stage")
        return self


class Call(Model):
    """A method of one's own: it takes its time, then it worked or it did not.

    Makes the replies ``name`` and ``name fails``.
    """

    on: On = Field(description="The command")
    takes: Duration = Field(default=NOW, description="From the command to the answer")
    fails: Chance = Field(default=Chance(0.0), description="Share of times that it does not work")
    ok: Answers = Field(default=(), description="What it says when it worked")
    error: Answers = Field(default=(), description="What it says when it did not")
    set: dict[str, Expression] = Field(
        default_factory=dict,
        max_length=MAX_SET,
        description="When it worked: variable -> expression",
    )
    go: Text | None = Field(default=None, description="When it worked: the status it goes to")

    def expanded(self, name: str, *, first: str) -> Plain:  # noqa: ARG002
        """Return what a document would say."""
        works = {"chance": 1.0 - self.fails.share, "set": self.set, "send": self.ok, "go": self.go}
        common = {"on": self.on, "delay": self.takes}
        replies: Plain = {name: {**common, **works}}
        if self.fails.share:
            replies[f"{name} fails"] = {**common, "send": self.error}
        return {"replies": replies}


class Method(Model):
    """Ready-made behaviour of one kind: ``reboot``, ``configure``, ``firmware`` or ``call``."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [w]} for w in ("reboot", "configure", "firmware", "call")]
        }
    )

    reboot: Reboot | None = Field(
        default=None, description="Silence, a new connection, birth messages"
    )
    configure: Configure | None = Field(
        default=None, description="Variables set from a command, within bounds"
    )
    firmware: Firmware | None = Field(
        default=None, description="An update in stages, with odds of failure and roll-back"
    )
    call: Call | None = Field(
        default=None, description="One of your own, that takes its time, and may fail"
    )

    @property
    def to(self) -> str | None:
        """The status that it leads to in the end, where it says one."""
        return next((each.to for each in (self.reboot, self.firmware) if each is not None), None)

    def expanded(self, name: str, *, first: str) -> Plain:
        """Return what a document would say; ``first`` is the name of its first status."""
        kinds = (self.reboot, self.configure, self.firmware, self.call)
        only = next(each for each in kinds if each is not None)
        return only.expanded(name, first=first)

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> "Method":
        words = [word for word in self.words() if getattr(self, word) is not None]
        if len(words) != 1:
            got = " and ".join(words) or "none of them"
            raise ValueError(f"needs one of {', '.join(self.words())}, got {got}")
        return self


def arrived(path: str) -> str:
    """Return the expression for what lies at a dotted path of a command's JSON."""
    steps = [s if s.isdecimal() and len(s) < 7 else _quoted(s) for s in path.split(".")]
    return f"in.payload{''.join(f'[{step}]' for step in steps)}"


def _quoted(text: str) -> str:
    """Return a text as an expression quotes it, without what it cannot hold."""
    kept = "".join(c for c in text if c.isprintable() and c not in _UNQUOTED)
    return f"'{kept}'"


def _told(name: str, body: Plain) -> Plain:
    return {"topic": f"{{id}}/{name.replace(' ', '_')}", "json": body}
