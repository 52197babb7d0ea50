"""What is checked of messages that are waited for: topic filters, and what their JSON must say.

Rule: what a broker would refuse of a filter is refused here already.
"""

import re
from collections.abc import Iterator

from simulator.definition.behaviour.matching import On
from simulator.definition.checks.names import IN_FILTERS, Scope, scope_of
from simulator.definition.expressions.template import Template
from simulator.definition.reading import Draft
from simulator.definition.text.places import Finding, Path


def on_findings(draft: Draft, on: On, path: Path) -> Iterator[Finding]:
    """Yield what is wrong with one ``on``."""
    scope = scope_of(draft, IN_FILTERS, with_metrics=False)
    yield from fixed_findings(draft, scope, on.topic, (*path, "topic"))
    text = filter_refusal(on.topic)
    if text:
        yield Finding((*path, "topic"), text)
    for field, wanted in on.where.items():
        if isinstance(wanted, Template):
            yield from fixed_findings(draft, scope, wanted, (*path, "where", field))


def filter_refusal(topic: Template) -> str:
    """Return why a template is no topic filter; empty when it is. Source: MQTT 3.1.1, 4.7.1."""
    text = "".join(part if isinstance(part, str) else "x" for part in topic.parts)
    if not text or "\0" in text:
        return "a topic filter has at least one character, and no NUL"
    if re.search(r"#.|[^/]#", text):
        return "'#' stands alone, as the last level of a topic filter"
    if re.search(r"\+[^/]|[^/]\+", text):
        return "'+' stands alone in its level of a topic filter"
    return ""


def fixed_findings(draft: Draft, scope: Scope, template: Template, path: Path) -> Iterator[Finding]:
    """Yield what in a text may change while a mock lives."""
    yield from scope.findings(template.names, path)
    for name in sorted(template.names & draft.definition.changing):
        text = f"{name!r} is set by a status or a reply; what is waited for stays the same"
        yield Finding(path, text)
