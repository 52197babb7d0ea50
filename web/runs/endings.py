"""How a run ends: when its last shard is done, its totals are added up and written once."""

import logging
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

import simulator
from simulator import Limited, Second
from web.platform import shared_clock
from web.runs import history, levels, series
from web.runs.boards import ShardReport
from web.runs.models import LIVE, Board, Outcome, Run, RunState, Series, Shard, ShardState
from web.runs.presence import presence_of
from web.usage import metering

logger = logging.getLogger(__name__)

SEVERITY = {outcome: place for place, outcome in enumerate(Outcome)}
STATES = {
    Outcome.FINISHED: RunState.FINISHED,
    Outcome.STOPPED: RunState.STOPPED,
    Outcome.CUT_OFF: RunState.CUT_OFF,
    Outcome.FAILED: RunState.FAILED,
}


def end_run(run_id: int) -> bool:
    """End the run if all its shards are done; return whether this call did it."""
    shards = list(Shard.objects.filter(run=run_id).only("state", "outcome", "reason"))
    if any(shard.state != ShardState.DONE for shard in shards):
        return False
    run = Run.objects.filter(id=run_id, state__in=LIVE).first()
    if run is None:
        return False
    state, reason = verdict(shards)
    reports = last_reports(run)
    with transaction.atomic():
        ended = Run.objects.filter(id=run_id, state__in=LIVE).update(
            state=state,
            reason=reason or run.reason or silence(reports),
            ended_at=Now(),
            **totals(run, reports),
        )
        if ended:
            keep_series(run)
            run.refresh_from_db(fields=["ended_at"])
            metering.settle(run, reports)
    logger.info("run ended", extra={"run": str(run.code), "state": state})
    return bool(ended)


def verdict(shards: list[Shard]) -> tuple[RunState, str]:
    """Return the state of the worst shard, and its reason with how many it struck."""
    worst = max((Outcome(shard.outcome) for shard in shards), key=SEVERITY.__getitem__)
    struck = [shard for shard in shards if shard.outcome == worst]
    reason = next((shard.reason for shard in struck if shard.reason), "")
    if worst in (Outcome.FINISHED, Outcome.STOPPED) or len(struck) == len(shards):
        return STATES[worst], reason
    return STATES[worst], f"{reason} This struck {len(struck)} of {len(shards)} shards.".strip()


def last_reports(run: Run) -> list[ShardReport]:
    """Return what the shards told last."""
    boards = Board.objects.filter(shard__run=run).values_list("data", flat=True)
    return [ShardReport.unpack(bytes(data)) for data in boards]


def silence(reports: list[ShardReport]) -> str:
    """Return a sentence for a run that never reached its target; empty when it did.

    Mocks begin to send when they are first connected, so that such a run has no failed send.
    """
    if not reports or any(report.total.connects for report in reports):
        return ""
    losses: Counter[str] = Counter()
    for report in reports:
        losses.update({reason.text: reason.lost for reason in report.reasons})
    if not losses:
        return ""
    return f"No mock ever connected: {losses.most_common(1)[0][0]}."


def totals(run: Run, reports: list[ShardReport]) -> dict[str, object]:
    """Return the columns of a run that are written once, from its shards' last reports."""
    total = Second.summed([report.total for report in reports])
    # What a lost tower had in flight nobody knows, and what waited between two towers never left.
    total.due = total.delivered + total.failed
    step = series.step_of(run.duration)
    limited = Limited.first_of(report.limited for report in reports)
    return {
        "due": total.due,
        "sent": total.sent,
        "acknowledged": total.acknowledged,
        "failed": total.failed,
        "dropped": sum(report.dropped for report in reports),
        "bytes": total.bytes,
        "p50": total.latency.percentile(50),
        "p99": total.latency.percentile(99),
        "peak_rate": series.peak_rate(history.stretches(run), step=step),
        "lateness_p99": total.lateness.percentile(99),
        "generator_limited": limited is not None,
        "limited": limited and limited.to_dict(),
        "rulings": rulings(run, total),
    }


def rulings(run: Run, total: Second) -> list[dict[str, object]]:
    """Return how each threshold of a run fared, as its row keeps it."""
    if not run.thresholds:
        return []
    elapsed = shared_clock.now() - run.started_at if run.started_at else timedelta(0)
    seconds = min(elapsed, run.duration).total_seconds()
    mocks = presence_of(run).most(seconds)
    figures = simulator.Figures(total=total, mocks=mocks, seconds=seconds)
    thresholds = [simulator.Threshold.read(text) for text in run.thresholds]
    return [
        {
            "text": str(each.threshold),
            "measured": each.measured,
            "words": each.words,
            "kept": each.holds,
        }
        for each in simulator.verdict(thresholds, figures)
    ]


def keep_series(run: Run) -> None:
    """Add what its shards have left to the run's points, and keep its chart."""
    while levels.merge_run(run, is_over=True):
        pass
    Series.objects.update_or_create(run=run, defaults={"data": series.pack(history.stretches(run))})
