"""Looks at the runs that are watched and turns what towers told into figures.

Rule: the number of queries follows from the number of portions, not of runs; every run has one
row of memory, written whole, so that two clocks harm each other by nothing but repeated work.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from simulator import Histogram, Link, Presence
from web.alerts import incidents
from web.alerts.kinds import KINDS, Subject
from web.alerts.models import UNRESOLVED, Incident, Look, Rule
from web.alerts.phases import Event, Memory, Phase, advance
from web.alerts.rules import Counts, Finding, RunFigures, judge, kept
from web.lots.tags import needle
from web.platform import shared_clock
from web.runs import live
from web.runs.boards import ShardReport
from web.runs.models import LIVE, Board, Run, RunState, Shard, ShardState
from web.runs.presence import presences_of

logger = logging.getLogger(__name__)

PORTION = 100  # runs that are fetched and judged at once: some MB of boards
LOOK_WITHIN = 3.0  # s of the clock's time; it has leases to reap as well
MOST_RUNS = 5_000  # that one look takes into account
LATELY = timedelta(hours=1)  # how far back a run that ended is looked at, should clocks have slept
RUN_KINDS = [kind.word for kind in KINDS.values() if kind.subject == Subject.RUN]
WELL = (RunState.RUNNING, RunState.FINISHED)  # of a later run, which makes an early end good
QUIET = timedelta(seconds=30)  # without a word or a send, a shard counts as quiet


def look(
    now: datetime | None = None,
    *,
    within: float = LOOK_WITHIN,
    clock: Callable[[], float] = monotonic,
) -> int:
    """Judge the runs that are watched; a clock's tick.

    Args:
        now: The moment that they are judged at.
        within: Seconds of ``clock`` after which no further portion is begun; those that waited the
            longest come first next time.
        clock: Seconds of a clock that nobody sets.

    Returns:
        How many runs were judged.
    """
    moment, end = now or shared_clock.now(), clock() + within
    rules = rules_by_workspace(RUN_KINDS)
    if not rules:
        return 0
    runs = list(runs_to_look_at(rules, moment)[:MOST_RUNS])
    watched = longest_waiting_first(
        [(run, mine) for run in runs if (mine := of_run(rules[run.workspace_id], run))]
    )
    for start in range(0, len(watched), PORTION):
        if start and clock() >= end:
            logger.warning("not all runs were looked at", extra={"left": len(watched) - start})
            return start
        look_at(watched[start : start + PORTION], now=moment)
    return len(watched)


def longest_waiting_first(watched: list[tuple[Run, list[Rule]]]) -> list[tuple[Run, list[Rule]]]:
    """Return runs in order of their last look; as they are when they are one portion."""
    if len(watched) <= PORTION:
        return watched
    subjects = [subject_of(run) for run, _ in watched]
    looked = dict(Look.objects.filter(subject__in=subjects).values_list("subject", "at"))
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(watched, key=lambda each: looked.get(subject_of(each[0]), never))


def rules_by_workspace(kinds: Sequence[str]) -> dict[int, list[Rule]]:
    """Return the rules of watches that are on, by the workspace's id."""
    found = Rule.objects.filter(watch__is_on=True, watch__workspace__deleted=None, kind__in=kinds)
    grouped: dict[int, list[Rule]] = defaultdict(list)
    for rule in found.select_related("watch__chain", "watch__workspace").order_by("id"):
        grouped[rule.watch.workspace_id].append(rule)
    return grouped


def runs_to_look_at(rules: Iterable[int], now: datetime) -> Any:
    """Return runs that are live, ended lately, or have an incident that is not over."""
    wanted = Q(state__in=LIVE) | Q(ended_at__gt=now - LATELY)
    troubled = Incident.objects.filter(state__in=UNRESOLVED, run__isnull=False).values("run")
    runs = Run.objects.filter(workspace__in=list(rules), deleted=None)
    return runs.filter(wanted | Q(id__in=troubled)).select_related("workspace").order_by("id")


def of_run(rules: Iterable[Rule], run: Run) -> list[Rule]:
    """Return the rules that hold for a run: those of its tags, and of all."""
    return [rule for rule in rules if not rule.watch.tag or needle(rule.watch.tag) in run.tags]


@dataclass(slots=True)
class Remembered:
    """What a subject's row of memory says: its counts over time, and each rule's phase."""

    counts: tuple[Counts, ...] = ()
    rules: dict[str, Memory] = field(default_factory=dict)

    @classmethod
    def unpack(cls, data: dict[str, Any]) -> "Remembered":
        """Return what :meth:`pack` wrote."""
        counts = tuple(
            Counts(datetime.fromtimestamp(at, UTC), *map(int, rest))
            for at, *rest in data.get("counts", [])
        )
        rules = {
            key: Memory(Phase(phase), datetime.fromtimestamp(since, UTC) if since else None)
            for key, (phase, since) in data.get("rules", {}).items()
        }
        return cls(counts, rules)

    def pack(self) -> dict[str, Any]:
        """Return it as JSON holds it; what is fine is left out."""
        return {
            "counts": [each.pack() for each in self.counts],
            "rules": {k: m.pack() for k, m in self.rules.items() if m.phase != Phase.FINE},
        }


def look_at(watched: Sequence[tuple[Run, list[Rule]]], *, now: datetime) -> None:
    """Judge some runs: five queries for all of them, and those of what has changed."""
    runs = [run for run, _ in watched]
    memories = memories_of([subject_of(run) for run in runs])
    shards = shards_of(runs)
    reports = reports_of([shard for mine in shards.values() for shard in mine])
    good, plans = made_good(runs), presences_of(runs)
    seen: dict[str, Remembered] = {}
    for run, rules in watched:
        memory = memories.get(subject_of(run), Remembered())
        told = figures_of(run, shards.get(run.id, []), reports, memory=memory, now=now)
        found = replace(told, all_on=all_on(run, plans[run.id], now=now))
        figures = made_good_too(found, is_good=run.id in good)
        judged = judge_all(run, rules, figures, memory, now=now)
        longest = max((rule.window for rule in rules), default=timedelta(0))
        seen[subject_of(run)] = Remembered(kept(figures.counts, longest=longest, now=now), judged)
    remember(seen, now=now)


def judge_all(
    run: Run, rules: Iterable[Rule], figures: RunFigures, memory: Remembered, *, now: datetime
) -> dict[str, Memory]:
    """Hold a run against its rules, and open and resolve what follows; return the new memory."""
    judged = {}
    for rule in rules:
        if rule.kind == "ended" and run.ended_at and run.ended_at < rule.watch.created:
            continue
        key = str(rule.code)
        before = memory.rules.get(key, Memory())
        finding = judge(rule.terms, figures, was_bad=before.is_bad)
        judged[key], event = advance(before, finding, rule.terms, now=now)
        act(event, trouble_of(run, rule, finding), now=now)
    return judged


def act(event: Event, trouble: incidents.Trouble, *, now: datetime) -> None:
    """Open or resolve an incident."""
    if event == Event.OPEN:
        incidents.open_incident(trouble, now=now)
    elif event == Event.RESOLVE:
        words = trouble.words or "It holds no longer."
        incidents.resolve_open(trouble.subject, trouble.key, words=words, now=now)


def trouble_of(run: Run, rule: Rule, finding: Finding) -> incidents.Trouble:
    """Return what an incident of this finding is about."""
    return incidents.Trouble(
        subject=subject_of(run),
        subject_name=run.name,
        key=str(rule.code),
        kind=rule.kind,
        words=finding.words,
        evidence=finding.evidence,
        workspace=run.workspace,
        rule=rule,
        run=run,
        shards=finding.shards,
    )


def subject_of(run: Run) -> str:
    """Return what names a run as a subject."""
    return f"run:{run.code}"


# From rows and reports to figures.


def memories_of(subjects: Sequence[str]) -> dict[str, Remembered]:
    """Return what is remembered of subjects, by their names."""
    rows = Look.objects.filter(subject__in=subjects).values_list("subject", "memory")
    return {subject: Remembered.unpack(memory) for subject, memory in rows}


def remember(seen: dict[str, Remembered], *, now: datetime) -> None:
    """Write what is remembered from now on, one statement for all."""
    rows = [Look(subject=subject, at=now, memory=memory.pack()) for subject, memory in seen.items()]
    Look.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["subject"], update_fields=["at", "memory"]
    )


def forget(now: datetime | None = None) -> int:
    """Remove the memory of subjects that nobody looked at for a day; a clock's tick."""
    old = (now or shared_clock.now()) - timedelta(days=1)
    return Look.objects.filter(at__lt=old).delete()[0]


def shards_of(runs: Sequence[Run]) -> dict[int, list[Shard]]:
    """Return the shards of live runs, by the run's id."""
    grouped: dict[int, list[Shard]] = defaultdict(list)
    going = [run.id for run in runs if run.is_live]
    rows = Shard.objects.filter(run__in=going).only("id", "run_id", "number", "fence", "state")
    for shard in rows:
        grouped[shard.run_id].append(shard)
    return grouped


def reports_of(shards: Sequence[Shard]) -> dict[int, ShardReport]:
    """Return the newest report of each shard, by the row's id: from Redis, else the database."""
    packed = live.fetch([shard for shard in shards if shard.state == ShardState.LEASED])
    rest = [shard.id for shard in shards if shard.id not in packed]
    stored = Board.objects.filter(shard__in=rest).values_list("shard_id", "data")
    packed |= {shard: bytes(data) for shard, data in stored}
    return {shard: ShardReport.unpack(data) for shard, data in packed.items()}


def made_good(runs: Sequence[Run]) -> set[int]:
    """Return the ids of ended runs whose lot has a later run under way, or that went well."""
    ended = [(run.id, run.lot_id, run.created) for run in runs if not run.is_live and run.lot_id]
    lots = {lot for _, lot, _ in ended}
    if not lots:
        return set()
    later = Run.objects.filter(lot__in=lots, state__in=WELL, deleted=None).order_by("created")
    newest: dict[int | None, datetime] = dict(later.values_list("lot_id", "created"))
    return {run for run, lot, created in ended if created < newest.get(lot, created)}


def made_good_too(figures: RunFigures, *, is_good: bool) -> RunFigures:
    """Return the figures of a run that a later one made good."""
    return replace(figures, is_made_good=True) if is_good else figures


def figures_of(
    run: Run,
    shards: Sequence[Shard],
    reports: dict[int, ShardReport],
    *,
    memory: Remembered,
    now: datetime,
) -> RunFigures:
    """Return a run's figures at ``now``, with the counts that are remembered of it."""
    known: dict[str, Any] = {
        "at": now,
        "is_live": run.is_live,
        "state": run.state,
        "reason": run.reason,
        "started": run.started_at,
        "is_paused": run.paused is not None,
        "missed": tuple(missed(run)),
    }
    told = [reports[shard.id] for shard in shards if shard.id in reports]
    if not told:
        return RunFigures(**known, counts=memory.counts)
    return RunFigures(
        **known,
        **told_by(told, shards=shards, reports=reports, now=now),
        counts=(*memory.counts, counts_of(told, now=now)),
    )


def all_on(run: Run, plan: Presence, *, now: datetime) -> datetime | None:
    """Return since when all mocks are on that are to be on by now; None: it has not begun."""
    if run.started_at is None:
        return None
    t = max(0.0, (now - run.started_at).total_seconds())
    return run.started_at + timedelta(seconds=plan.risen(t))


def told_by(
    told: Sequence[ShardReport],
    *,
    shards: Sequence[Shard],
    reports: dict[int, ShardReport],
    now: datetime,
) -> dict[str, Any]:
    """Return what reports say of now. A held shard without one makes them as old as can be."""
    last = max((float(report.mocks["last"].max(initial=0.0)) for report in told), default=0.0)
    lateness = Histogram.merged(report.points.histogram("lateness") for report in told)
    going = [shard for shard in shards if shard.state != ShardState.DONE]
    ages = [reports[shard.id].at for shard in going if shard.id in reports]
    links = links_of([reports[shard.id] for shard in going if shard.id in reports])
    is_whole = len(ages) == len(going) and bool(going)
    return {
        "heard": datetime.fromtimestamp(min(ages), UTC) if is_whole else None,
        "connected": int(np.count_nonzero(links == Link.CONNECTED)),
        "trying": int(np.count_nonzero((links == Link.CONNECTING) | (links == Link.WAITING))),
        "last_sent": datetime.fromtimestamp(last, UTC) if last else None,
        "lateness": lateness.percentile(99),
        "quiet_shards": tuple(quiet(going, reports, now=now)),
    }


def links_of(told: Sequence[ShardReport]) -> NDArray[Any]:
    """Return what the connection of each mock is doing."""
    return np.concatenate([np.empty(0, np.uint8), *(report.mocks["link"] for report in told)])


def counts_of(told: Sequence[ShardReport], *, now: datetime) -> Counts:
    """Return a run's counts since its start."""
    return Counts(
        at=now,
        sends=sum(report.sums.count("sent", "acknowledged", "failed") for report in told),
        failed=sum(report.sums.count("failed") for report in told),
        dropped=sum(report.dropped for report in told),
        limited=sum(report.sums.count("limited") for report in told),
    )


def quiet(
    shards: Iterable[Shard], reports: dict[int, ShardReport], *, now: datetime
) -> Iterable[int]:
    """Yield the numbers of shards that tell nothing, or whose mocks send nothing."""
    border = (now - QUIET).timestamp()
    for shard in shards:
        report = reports.get(shard.id)
        if (
            report is None
            or report.at < border
            or float(report.mocks["last"].max(initial=0.0)) < border
        ):
            yield shard.number


def missed(run: Run) -> Iterable[str]:
    """Yield the thresholds that an ended run missed, in words."""
    for ruling in run.rulings if not run.is_live else []:
        if not ruling["kept"]:
            yield f"{ruling['text']}, {ruling['words']}"
