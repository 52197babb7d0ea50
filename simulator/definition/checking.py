"""The doors of the definition language: ``check`` tells every problem, ``parse`` raises them.

Rule: a definition comes out only when nothing is wrong with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.definition.behaviour.nesting import reads
from simulator.definition.checks.cost import memory_findings
from simulator.definition.checks.edge_nodes import node_findings
from simulator.definition.checks.messages import identity_findings, message_findings, with_topic
from simulator.definition.checks.methods import at_home, method_findings
from simulator.definition.checks.metrics import Dataset, in_drawing_order, metric_findings
from simulator.definition.checks.names import name_findings
from simulator.definition.checks.replies import reply_findings, with_topics
from simulator.definition.checks.statuses import interval_findings, status_findings
from simulator.definition.checks.variables import variable_findings
from simulator.definition.children import (
    Children,
    children_findings,
    document_of,
    under_children,
)
from simulator.definition.document import Definition
from simulator.definition.expressions.template import Template
from simulator.definition.reading import Draft, read_draft
from simulator.definition.sparkplug import sparkplug_findings, with_messages, with_places
from simulator.definition.text.parsing import MAX_PROBLEMS, read_text
from simulator.definition.text.places import Finding, Mark, Path, problem_at
from simulator.definition.text.plain import plain_findings
from simulator.definition.text.versions import Upgraded, upgraded, version_finding
from simulator.errors import DefinitionError, Problem


@dataclass(frozen=True, slots=True)
class Checked:
    """A definition, or everything that is wrong with its document, in the order of its lines."""

    definition: Definition | None
    problems: tuple[Problem, ...]


def check(text: str, *, datasets: Mapping[str, Dataset] | None = None) -> Checked:
    """Read a document and tell every problem at once.

    Args:
        text: YAML 1.2 (core schema) or JSON, at most 256 KiB.
        datasets: What has been uploaded, by name; None: datasets are not checked.

    Returns:
        The definition and no problems, or None and at least one, at most 100.
    """
    try:
        read = read_text(text)
    except DefinitionError as error:
        return Checked(None, error.problems)
    return _check_data(read.data, read.marks, datasets)


def parse(text: str, *, datasets: Mapping[str, Dataset] | None = None) -> Definition:
    """Return the definition of a document; arguments as of ``check``.

    Raises:
        DefinitionError: With every problem.
    """
    return _definition_of(check(text, datasets=datasets))


def parse_document(data: Any, *, datasets: Mapping[str, Dataset] | None = None) -> Definition:
    """Return the definition of plain data: ``Definition.source``, as it lies in ``lot.json``.

    Raises:
        DefinitionError: With every problem; they have no lines.
    """
    findings = plain_findings(data)
    if findings:
        raise DefinitionError(*(problem_at(each, {}) for each in findings[:MAX_PROBLEMS]))
    return _definition_of(_check_data(data, {}, datasets))


def _definition_of(checked: Checked) -> Definition:
    if checked.definition is None:
        raise DefinitionError(*checked.problems)
    return checked.definition


def _check_data(
    data: dict[str, Any], marks: Mapping[Path, Mark], datasets: Mapping[str, Dataset] | None
) -> Checked:
    refusal = version_finding(data)
    if refusal:
        return Checked(None, (problem_at(refusal, marks),))
    document = upgraded(data)
    read = _read(document.data, datasets)
    if isinstance(read, tuple):
        return Checked(None, _problems(read, document, marks))
    return Checked(read, ())


def _read(
    data: dict[str, Any], datasets: Mapping[str, Dataset] | None
) -> Definition | tuple[Finding, ...]:
    """Return the definition of a document of the present version, or what is wrong with it."""
    alone = {word: value for word, value in data.items() if word != "children"}
    draft = read_draft(with_messages(alone))
    if isinstance(draft, tuple):
        return draft
    crossed = (at_home(draft, each) for each in _cross_findings(draft, datasets))
    own = sparkplug_findings(draft.definition.sparkplug, data)
    findings = tuple(with_places(f, data) for f in (*draft.findings, *crossed, *own))
    children = _children(data, datasets)
    if isinstance(children, tuple):
        return (*findings, *children)
    return findings or _finished(draft, source=data, children=children)


def _children(
    data: dict[str, Any], datasets: Mapping[str, Dataset] | None
) -> Children | tuple[Finding, ...] | None:
    """Return the children of a document, or what is wrong with them."""
    shape = tuple(children_findings(data))
    if shape or "children" not in data:
        return shape or None
    given = data["children"]
    read = _read(document_of(given, data), datasets)
    if isinstance(read, tuple):
        return tuple(under_children(finding) for finding in read)
    own = read.model_copy(update={"id": Template.read(given["id"])})
    return Children(given["count"], own)


def _cross_findings(draft: Draft, datasets: Mapping[str, Dataset] | None) -> Iterator[Finding]:
    yield from name_findings(draft)
    yield from identity_findings(draft, datasets)
    yield from variable_findings(draft, datasets)
    yield from metric_findings(draft, datasets)
    yield from message_findings(draft, datasets)
    yield from memory_findings(draft)
    yield from node_findings(draft)
    yield from status_findings(draft, datasets)
    yield from interval_findings(draft)
    yield from reply_findings(draft, datasets)
    yield from method_findings(draft)


def _finished(draft: Draft, *, source: dict[str, Any], children: Children | None) -> Definition:
    """Return the definition with its metrics in the order of drawing, every message addressed."""
    own, statuses = draft.definition.metrics, draft.definition.statuses
    metrics = {name: own[name] for name in in_drawing_order(reads(own, statuses))}
    messages = {name: with_topic(name, each) for name, each in draft.definition.messages.items()}
    replies = {name: with_topics(name, each) for name, each in draft.definition.replies.items()}
    definition = draft.definition.model_copy(
        update={
            "metrics": metrics,
            "messages": messages,
            "replies": replies,
            "children": children,
        }
    )
    definition._source = source
    return definition


def _problems(
    findings: tuple[Finding, ...], document: Upgraded, marks: Mapping[Path, Mark]
) -> tuple[Problem, ...]:
    """Return findings as problems, where the document as it was given has them."""
    given = [Finding(document.given(each.path), each.text) for each in dict.fromkeys(findings)]
    problems = [problem_at(finding, marks) for finding in given]
    problems.sort(key=lambda problem: (problem.line or 0, problem.column or 0))
    return tuple(problems[:MAX_PROBLEMS])
