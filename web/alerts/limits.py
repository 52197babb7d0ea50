"""How far a workspace has used up what it may use, and which of its schedules are refused.

Rule: each is a function of a workspace that yields levels, of limits in percent; what is not
limited yields none.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from web.accounts.access import open_invitations
from web.accounts.actions import MAX_INVITATIONS
from web.accounts.models import Workspace
from web.alerts import incidents, looking
from web.alerts.kinds import KINDS, Subject
from web.alerts.models import Look, Rule
from web.alerts.phases import Memory, advance
from web.alerts.rules import Level, judge_level
from web.logs import retention
from web.schedules.access import last_starts
from web.schedules.models import TurnState
from web.usage import levels

PERCENT = 100.0
EVERY = timedelta(minutes=1)  # sums over all chunks of a workspace are not for each tick
RECENT = timedelta(days=1)  # in which a start that was refused counts
MOST = 500  # workspaces that one look takes into account


def invitations(workspace: Workspace) -> Iterable[Level]:
    """Yield how many of the open invitations that a workspace may have are taken."""
    taken = open_invitations(workspace).count()
    words = f"{taken} of {MAX_INVITATIONS} invitations are open."
    yield Level(name="invitations", value=PERCENT * taken / MAX_INVITATIONS, words=words)


def logs(workspace: Workspace) -> Iterable[Level]:
    """Yield how full the logs are of what the retention keeps; nothing where it is not bounded."""
    kept = retention.retention_of(workspace)
    if kept.gigabytes is None:
        return
    size = retention.size_of(retention.of_workspace(workspace)) / retention.GIGABYTE
    words = f"Logs fill {size:.3g} of {kept.gigabytes} GB; past that the oldest are deleted."
    yield Level(name="logs", value=PERCENT * size / kept.gigabytes, words=words)


def refused_starts(workspace: Workspace) -> Iterable[Level]:
    """Yield 1 for each schedule whose last start, of the last day, was refused; 0 for others."""
    for turn in last_starts(workspace, since=timezone.now() - RECENT):
        words = f"The schedule {turn.schedule.name} could not start its run. {turn.reason}"
        is_refused = turn.state == TurnState.REFUSED
        yield Level(name=f"schedule {turn.schedule_id}", value=float(is_refused), words=words)


LIMITS: dict[str, tuple[Callable[[Workspace], Iterable[Level]], ...]] = {
    "quota": (invitations, levels.of_plan),
    "storage": (logs,),
    "refused": (refused_starts,),
}


def look(now: datetime | None = None) -> int:
    """Judge the workspaces that watch their limits; a clock's tick, at work once in ``EVERY``.

    Returns:
        How many workspaces were judged.
    """
    moment = now or timezone.now()
    rules = looking.rules_by_workspace(
        [kind.word for kind in KINDS.values() if kind.subject == Subject.WORKSPACE]
    )
    due = due_workspaces([mine[0].watch.workspace for mine in rules.values()], moment)
    for workspace in due[:MOST]:
        look_at(workspace, rules[workspace.id], now=moment)
    return len(due)


def due_workspaces(workspaces: list[Workspace], now: datetime) -> list[Workspace]:
    """Return those that nobody looked at within ``EVERY``, the longest waiting first."""
    subjects = {subject_of(workspace): workspace for workspace in workspaces}
    looked = dict(Look.objects.filter(subject__in=subjects).values_list("subject", "at"))
    due = [name for name in subjects if name not in looked or now - looked[name] >= EVERY]
    never = datetime.min.replace(tzinfo=UTC)
    return [subjects[name] for name in sorted(due, key=lambda each: looked.get(each, never))]


def look_at(workspace: Workspace, rules: list[Rule], *, now: datetime) -> None:
    """Hold one workspace against its rules."""
    subject = subject_of(workspace)
    memory = looking.memories_of([subject]).get(subject, looking.Remembered())
    judged: dict[str, Memory] = {}
    for rule in rules:
        for level in (each for limit in LIMITS[rule.kind] for each in limit(workspace)):
            key = f"{rule.code}:{level.name}"[:60]
            before = memory.rules.get(key, Memory())
            finding = judge_level(rule.terms, level, was_bad=before.is_bad)
            judged[key], event = advance(before, finding, rule.terms, now=now)
            trouble = incidents.Trouble(
                subject=subject,
                subject_name=f"{workspace.name}, {level.name}",
                key=key,
                kind=rule.kind,
                words=finding.words,
                evidence=finding.evidence,
                workspace=workspace,
                rule=rule,
            )
            looking.act(event, trouble, now=now)
    looking.remember({subject: looking.Remembered(rules=judged)}, now=now)


def subject_of(workspace: Workspace) -> str:
    """Return what names a workspace as a subject."""
    return f"workspace:{workspace.code}"
