"""What is checked of statuses: what they send, how they are left, that each can be reached.

Rule: a transition has one trigger, or is an alternative to the one before it.
"""

import re
from collections.abc import Iterator

from simulator.definition.checks.names import IN_CONDITIONS, IN_FILTERS, scope_of
from simulator.definition.document import Definition
from simulator.definition.model import nearest
from simulator.definition.places import Finding, Path
from simulator.definition.reading import Draft
from simulator.definition.status import Status, Transition
from simulator.definition.template import Template
from simulator.definition.units import Chance, Rate

TRIGGERS = ("after", "at", "when", "on")

_ROUNDING = 1e-9  # what a sum of chances may be above 1 by


def status_findings(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with the statuses."""
    for name, status in draft.definition.statuses.items():
        path: Path = ("statuses", name)
        yield from _send_findings(draft, status, path)
        yield from _end_findings(status, path)
        yield from _transition_findings(draft, status, path)
        if not draft.is_spoiled(*path, "go"):
            yield from _group_findings(status, (*path, "go"))
    yield from _unreachable(draft)


def _send_findings(draft: Draft, status: Status, path: Path) -> Iterator[Finding]:
    known = draft.names("messages")
    for index, name in enumerate(status.send):
        place = (*path, "send", index) if "statuses" in draft.data else ("messages", name)
        message = draft.definition.messages.get(name)
        if name not in known:
            yield Finding(place, f"unknown message {name!r}, {nearest(name, known)}")
        elif name in status.send[:index]:
            yield Finding(place, f"{name!r} stands here twice")
        elif draft.is_spoiled("messages", name) or draft.is_spoiled(*path, "every"):
            continue
        elif status.every is None and message is not None and message.every is None:
            text = "needs 'every', in the message or in the status, such as every: 10s"
            yield Finding(place, f"{name!r} {text}")


def _end_findings(status: Status, path: Path) -> Iterator[Finding]:
    if status.end:
        for word in ("send", "go"):
            if getattr(status, word):
                yield Finding((*path, word), "a status with 'end: true' is the last one of a mock")


def _transition_findings(draft: Draft, status: Status, path: Path) -> Iterator[Finding]:
    known = draft.names("statuses") or tuple(draft.definition.statuses)
    conditions = scope_of(draft, IN_CONDITIONS)
    filters = scope_of(draft, IN_FILTERS, with_metrics=False)
    for index, transition in enumerate(status.go):
        place = (*path, "go", index)
        if transition.to not in known:
            text = f"unknown status {transition.to!r}, {nearest(transition.to, known)}"
            yield Finding((*place, "to"), text)
        if transition.when is not None:
            yield from conditions.findings(transition.when.names, (*place, "when"))
        if transition.on is not None:
            topic = transition.on.topic
            yield from filters.findings(topic.names, (*place, "on", "topic"))
            text = filter_refusal(topic)
            if text:
                yield Finding((*place, "on", "topic"), text)


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


def triggers_of(transition: Transition) -> list[str]:
    """Return the triggers that a transition names, besides a rate."""
    return [word for word in TRIGGERS if getattr(transition, word) is not None]


def groups_of(status: Status) -> list[list[int]]:
    """Return positions in ``go``: each group's leader, then its alternatives."""
    groups: list[list[int]] = []
    for index, transition in enumerate(status.go):
        if groups and is_alternative(transition):
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def is_alternative(transition: Transition) -> bool:
    """Whether it has a share and nothing else: it belongs to the transition before it."""
    return isinstance(transition.chance, Chance) and not triggers_of(transition)


def _group_findings(status: Status, path: Path) -> Iterator[Finding]:
    for group in groups_of(status):
        leader = status.go[group[0]]
        text = _trigger_refusal(leader)
        if text:
            yield Finding((*path, group[0]), text)
            continue
        if isinstance(leader.chance, Rate) and len(group) > 1:
            text = f"an alternative follows a transition with one of {', '.join(TRIGGERS)}"
            yield Finding((*path, group[1], "chance"), text)
            continue
        total = sum(_share(status.go[index]) for index in group)
        if total > 1 + _ROUNDING:
            text = f"the chances of a transition and its alternatives add up to {total * 100:g} %"
            yield Finding((*path, group[0]), f"{text}, allowed: at most 100 %")


def _trigger_refusal(transition: Transition) -> str:
    triggers = triggers_of(transition)
    if len(triggers) > 1:
        return f"needs only one of {', '.join(TRIGGERS)}, got {' and '.join(triggers)}"
    if triggers and isinstance(transition.chance, Rate):
        return f"beside {triggers[0]!r} a chance is a share, such as 97%, got {transition.chance}"
    if triggers or isinstance(transition.chance, Rate):
        return ""
    return f"needs a trigger: {', '.join(TRIGGERS)}, or a rate such as chance: 2% per hour"


def _share(transition: Transition) -> float:
    """Return its share; without one it gets what its alternatives leave."""
    return transition.chance.share if isinstance(transition.chance, Chance) else 0.0


def _unreachable(draft: Draft) -> Iterator[Finding]:
    statuses = draft.definition.statuses
    targets = {transition.to for status in statuses.values() for transition in status.go}
    # A transition that is wrong may be the one that was to lead there.
    if draft.is_spoiled("statuses") or not targets <= statuses.keys():
        return
    reached = reachable(draft.definition)
    for name in statuses:
        if name not in reached:
            first = next(iter(statuses))
            yield Finding(
                ("statuses", name), f"cannot be reached from {first!r}: no transition goes to it"
            )


def reachable(definition: Definition) -> set[str]:
    """Return the statuses that a mock can come to, beginning with the first one."""
    left = [next(iter(definition.statuses))]
    reached: set[str] = set()
    while left:
        name = left.pop()
        if name not in reached and name in definition.statuses:
            reached.add(name)
            left += [transition.to for transition in definition.statuses[name].go]
    return reached
