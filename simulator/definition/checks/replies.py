"""What is checked of replies: what they wait for, read, set and send, and where they lead.

Rule: what came in is known here and nowhere else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from simulator.definition.behaviour.reply import Answer, Reply
from simulator.definition.checks.filters import on_findings
from simulator.definition.checks.messages import findings_of_message, with_topic
from simulator.definition.checks.metrics import Dataset
from simulator.definition.checks.names import (
    ARRIVED,
    IN_MESSAGES,
    MAX_NAME,
    Scope,
    every_status,
    expression_name_refusal,
    scope_of,
    title_findings,
)
from simulator.definition.checks.schemas import schema_findings
from simulator.definition.checks.statuses import set_findings
from simulator.definition.expressions.expression import Expression
from simulator.definition.model import nearest
from simulator.definition.reading import Draft
from simulator.definition.text.places import Finding, Path


def reply_findings(
    draft: Draft, datasets: Mapping[str, Dataset] | None = None
) -> Iterator[Finding]:
    """Yield what is wrong with each reply."""
    for name, reply in draft.definition.replies.items():
        path: Path = ("replies", name)
        yield from title_findings(path)
        if name in draft.names("messages"):
            yield Finding(path, f"there is a message {name!r} already, choose another name")
        yield from on_findings(draft, reply.on, (*path, "on"))
        yield from _status_findings(draft, reply, path)
        yield from _value_findings(draft, reply, path)
        given = draft.at(*path, "send")
        for index, answer in enumerate(reply.send):
            place = (*path, "send", index) if isinstance(given, list) else (*path, "send")
            yield from _answer_findings(draft, reply, answer, place)
            yield from schema_findings(answer, datasets, place)
        if reply.choose == "random" and reply.send and not sum(a.weight for a in reply.send):
            yield Finding((*path, "send"), "one weight at least must be above 0")


def with_topics(name: str, reply: Reply) -> Reply:
    """Return a reply whose own answers all have a topic or a path."""
    answers = tuple(
        each if each.message is not None else with_topic(name, each) for each in reply.send
    )
    return reply.model_copy(update={"send": answers})


def _status_findings(draft: Draft, reply: Reply, path: Path) -> Iterator[Finding]:
    known = every_status(draft)
    for index, name in enumerate(reply.in_):
        if name not in known:
            text = f"unknown status {name!r}, {nearest(name, known)}"
            yield Finding((*path, "in", index), text)
    if reply.go is not None and reply.go not in known:
        yield Finding((*path, "go"), f"unknown status {reply.go!r}, {nearest(reply.go, known)}")


def _value_findings(draft: Draft, reply: Reply, path: Path) -> Iterator[Finding]:
    scope = _scope(draft)
    if reply.if_ is not None:
        yield from scope.findings(reply.if_.names, (*path, "if"))
    for name, expression in reply.with_.items():
        yield from _local_findings(name, expression, scope, (*path, "with", name))
        scope = replace(scope, own=(*scope.own, name))
    yield from set_findings(draft, reply.set, _scope(draft), (*path, "set"))


def _local_findings(
    name: str, expression: Expression, scope: Scope, path: Path
) -> Iterator[Finding]:
    refusal = expression_name_refusal(name)
    if refusal:
        yield Finding(path, f"{refusal}, choose another name")
    elif name in (*scope.own, *scope.metrics, *scope.reserved):
        yield Finding(path, f"{name[:MAX_NAME]!r} means something already, choose another name")
    yield from scope.findings(expression.names, path)


def _answer_findings(draft: Draft, reply: Reply, answer: Answer, path: Path) -> Iterator[Finding]:
    known = draft.names("messages")
    if answer.message is None:
        scope = _scope(draft)
        scope = replace(scope, own=(*scope.own, *reply.with_))
        yield from findings_of_message(answer, scope, path)
    elif answer.message not in known:
        text = f"unknown message {answer.message!r}, {nearest(answer.message, known)}"
        yield Finding(path, text)


def _scope(draft: Draft) -> Scope:
    return scope_of(draft, (*IN_MESSAGES, ARRIVED))
