"""What is checked of statuses: what they send and do, how they are left, that each can be reached.

Rule: a transition has one trigger, or is an alternative to the one before it.
"""

from collections.abc import Iterable, Iterator, Mapping

from simulator.definition.behaviour.nesting import Level, levels, reads
from simulator.definition.behaviour.status import (
    BACK,
    MAX_LEVELS,
    TRIGGERS,
    Action,
    Status,
    Transition,
)
from simulator.definition.checks.filters import on_findings
from simulator.definition.checks.metrics import Dataset, dataset_refusals, find_loop
from simulator.definition.checks.names import (
    IN_CONDITIONS,
    IN_INTERVALS,
    IN_METRICS,
    Scope,
    scope_of,
)
from simulator.definition.checks.names import every_status as known_statuses
from simulator.definition.document import MAX_STATUSES, Definition
from simulator.definition.messages.interval import NEVER, ComputedEvery
from simulator.definition.model import nearest
from simulator.definition.quantities.units import Chance, Rate
from simulator.definition.reading import Draft
from simulator.definition.text.places import Finding, Path

_ROUNDING = 1e-9  # what a sum of chances may be above 1 by


def status_findings(draft: Draft, datasets: Mapping[str, Dataset] | None) -> Iterator[Finding]:
    """Yield what is wrong with the statuses."""
    tree = levels(draft.definition.statuses)
    if len(tree) > MAX_STATUSES:
        text = f"has at most {MAX_STATUSES} statuses on all levels, got {len(tree)}"
        yield Finding(("statuses",), text)
    for level in tree.values():
        yield from _shape_findings(level)
        yield from _send_findings(draft, level)
        yield from _transition_findings(draft, level)
        yield from _metric_findings(draft, level, datasets)
        for word in ("enter", "leave"):
            action = getattr(level.status, word)
            yield from action_findings(draft, action, (*level.path, word))
        if not draft.is_spoiled(*level.path, "go"):
            yield from _group_findings(level.status, (*level.path, "go"))
    yield from _loop_findings(draft)
    yield from _unreachable(draft)


def interval_findings(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with intervals that are computed, wherever they stand."""
    scope = scope_of(draft, IN_INTERVALS, with_metrics=False)
    for name, message in draft.definition.messages.items():
        yield from _interval_findings(scope, message.every, ("messages", name, "every"))
    for level in levels(draft.definition.statuses).values():
        yield from _interval_findings(scope, level.status.every, (*level.path, "every"))
        for name, pace in level.status.send.items():
            yield from _interval_findings(scope, pace, (*level.path, "send", name))
    yield from _text_intervals(draft)


def _text_intervals(draft: Draft) -> Iterator[Finding]:
    """Yield the intervals that are nothing but a text, and so would never come."""
    texts = {name for name, value in draft.definition.constants.items() if isinstance(value, str)}
    for name, variable in draft.definition.variables.items():
        options = getattr(variable, "options", ())
        if options and all(isinstance(value, str) for value, _ in options):
            texts.add(name)
    paces: list[tuple[Path, object]] = [
        (("messages", name, "every"), message.every)
        for name, message in draft.definition.messages.items()
    ]
    for level in levels(draft.definition.statuses).values():
        paces.append(((*level.path, "every"), level.status.every))
        paces += [((*level.path, "send", name), pace) for name, pace in level.status.send.items()]
    for path, pace in paces:
        if isinstance(pace, ComputedEvery) and pace.expression.name in texts:
            text = f"needs a number to wait, and {pace.expression.name!r} holds text"
            yield Finding(path, text)


def action_findings(draft: Draft, action: Action, path: Path) -> Iterator[Finding]:
    """Yield what is wrong with what is sent and set at one moment."""
    known = draft.names("messages")
    for index, name in enumerate(action.send):
        if name not in known:
            text = f"unknown message {name!r}, {nearest(name, known)}"
            yield Finding((*path, "send", index), text)
    yield from set_findings(draft, action.set, scope_of(draft, IN_CONDITIONS), (*path, "set"))


def set_findings(
    draft: Draft, sets: Mapping[str, object], scope: Scope, path: Path
) -> Iterator[Finding]:
    """Yield what is wrong with variables that are set."""
    variables = draft.names("variables")
    for name, expression in sets.items():
        if name not in variables:
            text = f"unknown variable {name!r}, {nearest(name, variables)}"
            yield Finding((*path, name), text)
        elif name in draft.definition.id.names:
            text = f"{name!r} is part of the mock's id, which stays the same"
            yield Finding((*path, name), text)
        yield from scope.findings(getattr(expression, "names", ()), (*path, name))


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
    return isinstance(transition.chance, Chance) and not transition.triggers


def reachable(definition: Definition, others: Iterable[str] = ()) -> set[str]:
    """Return the statuses that a mock can come to, beginning with the first one, and ``others``."""
    tree = levels(definition.statuses)
    left = [next(iter(definition.statuses)), *others]
    reached: set[str] = set()
    while left:
        level = tree.get(left.pop())
        if level is None or level.name in reached:
            continue
        left += [each.name for each in level.chain if each.name not in reached]
        reached.add(level.name)
        left += list(level.status.statuses)[:1]
        left += [transition.to for each in level.chain for transition in each.status.go]
    return reached


def _shape_findings(level: Level) -> Iterator[Finding]:
    status, path = level.status, level.path
    if status.end:
        for word in ("send", "go", "statuses", "leave"):
            if getattr(status, word) not in ((), {}, Action()):
                yield Finding((*path, word), "a status with 'end: true' is the last one of a mock")
    if len(level.chain) > MAX_LEVELS:
        yield Finding(path, f"statuses lie at most {MAX_LEVELS} levels deep")
    if status.history and not status.statuses:
        yield Finding((*path, "history"), "only a status with statuses of its own has a history")


def _send_findings(draft: Draft, level: Level) -> Iterator[Finding]:
    known = draft.names("messages")
    inherited = level.parent.paces if level.parent else {}
    for name, pace in level.status.send.items():
        place = _send_place(draft, level, name)
        if name not in known:
            yield Finding(place, f"unknown message {name!r}, {nearest(name, known)}")
        elif pace == NEVER and name not in inherited:
            text = f"'never' is for what the status around it sends; {name!r} is not sent there"
            yield Finding(place, text)
    for name, (pace, owner) in level.paces.items():
        message = draft.definition.messages.get(name)
        if owner is not level or draft.is_spoiled("messages", name):
            continue
        if draft.is_spoiled(*level.path, "every") or message is None:
            continue
        if pace is None and message.every is None:
            text = "needs 'every', in the message or in the status, such as every: 10s"
            yield Finding(_send_place(draft, level, name), f"{name!r} {text}")


def _send_place(draft: Draft, level: Level, name: str) -> Path:
    """Return where a message stands among those that a status sends."""
    if "statuses" not in draft.data or name not in level.status.send:
        return ("messages", name)
    given = draft.at(*level.path, "send")
    entry = given.index(name) if isinstance(given, list) and name in given else name
    return (*level.path, "send", entry)


def _interval_findings(scope: Scope, every: object, path: Path) -> Iterator[Finding]:
    if isinstance(every, ComputedEvery):
        yield from scope.findings(every.expression.names, path)


def _transition_findings(draft: Draft, level: Level) -> Iterator[Finding]:
    known = [*known_statuses(draft), BACK]
    conditions = scope_of(draft, IN_CONDITIONS)
    for index, transition in enumerate(level.status.go):
        place = (*level.path, "go", index)
        if transition.to not in known:
            text = f"unknown status {transition.to!r}, {nearest(transition.to, known)}"
            yield Finding((*place, "to"), text)
        if transition.when is not None:
            yield from conditions.findings(transition.when.names, (*place, "when"))
        for word in ("held", "edge"):
            if getattr(transition, word) is not None and transition.when is None:
                yield Finding((*place, word), f"{word!r} stands beside 'when' only")
        if transition.on is not None:
            yield from on_findings(draft, transition.on, (*place, "on"))


def _metric_findings(
    draft: Draft, level: Level, datasets: Mapping[str, Dataset] | None
) -> Iterator[Finding]:
    known = draft.names("metrics")
    scope = scope_of(draft, IN_METRICS)
    for name, metric in level.status.metrics.items():
        path = (*level.path, "metrics", name)
        own = draft.definition.metrics.get(name)
        if name not in known:
            yield Finding(path, f"unknown metric {name!r}, {nearest(name, known)}")
        elif own is not None and own.parts() != metric.parts():
            parts = ", ".join(own.parts()) or "none"
            yield Finding(path, f"needs the same parts as the metric itself: {parts}")
        yield from scope.findings(metric.names(), (*path, metric.generator.word))
        if datasets is not None:
            yield from (Finding(path, text) for text in dataset_refusals(metric, datasets))


def _loop_findings(draft: Draft) -> Iterator[Finding]:
    """Yield a loop that the metrics make only together with those of statuses."""
    definition = draft.definition
    if any(level.status.metrics for level in levels(definition.statuses).values()):
        loop = find_loop(reads(definition.metrics, definition.statuses))
        if loop and not find_loop(definition.metrics):
            path = next(
                (*level.path, "metrics", name)
                for level in levels(definition.statuses).values()
                for name in level.status.metrics
                if name in loop
            )
            yield Finding(path, f"a loop of metrics: {' -> '.join(loop)}")


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
        yield from (
            Finding((*path, index, "priority"), "an alternative has the priority of the first")
            for index in group[1:]
            if status.go[index].priority
        )
        total = sum(_share(status.go[index]) for index in group)
        if total > 1 + _ROUNDING:
            text = f"the chances of a transition and its alternatives add up to {total * 100:g} %"
            yield Finding((*path, group[0]), f"{text}, allowed: at most 100 %")


def _trigger_refusal(transition: Transition) -> str:
    triggers = transition.triggers
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
    definition = draft.definition
    tree = levels(definition.statuses)
    targets = {each.to for level in tree.values() for each in level.status.go} - {BACK}
    # A transition that is wrong may be the one that was to lead there.
    if draft.is_spoiled("statuses") or not targets <= tree.keys():
        return
    others = [reply.go for reply in definition.replies.values() if reply.go is not None]
    others += [name for name, level in tree.items() if level.status.ordered]
    if draft.is_spoiled("replies"):
        return
    reached = reachable(definition, others)
    first = next(iter(definition.statuses))
    for name, level in tree.items():
        if name not in reached:
            text = f"cannot be reached from {first!r}: no transition goes to it"
            text += "; if an order is to lead there, say ordered: true"
            yield Finding(level.path, text)
