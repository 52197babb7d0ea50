"""Looks at what is scaled, decides by the rule, and has the platform do it.

Rule: a look is claimed by one conditional update, so that two clocks act once; quantities are set
and never added to, so that a call may be repeated. A tower hands over before its dyno goes.
"""

import calendar
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from web.platform import shared_clock
from web.runs import workers
from web.runs.models import Shard, ShardState
from web.scaling import platform_api, rule, signals, sizes
from web.scaling.models import Choice, Process, Scaled
from web.scaling.platform_api import Busy, Formation, Refused
from web.scaling.rule import Action, Decision, Limits, Memory
from web.usage.prices import prices_at, sign_of

logger = logging.getLogger(__name__)

EVERY = timedelta(seconds=12)  # between two looks at a process, whoever looks
DRAIN_WITHIN = timedelta(minutes=5)  # then a dyno that does not hand over is kept
HOUR = 3_600.0  # s
LATE = {Process.WORKER: 1.0, Process.WEB: 0.2}  # s of lateness, of queue time
UNPRICED = sizes.Size("unknown", 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a decision, in words; not ``is_done``: it is to be decided anew."""

    words: str = ""
    is_done: bool = True


def scale(now: datetime | None = None) -> list[Choice]:
    """Look at each process once, and do what the rule says; return what was decided.

    Nothing where ``SCALER`` is off, and for what another clock has just looked at.
    """
    if settings.SCALER == "off":
        return []
    moment = now or shared_clock.now()
    claimed = [process for process in Process.values if _claim(process, moment)]
    if not claimed:
        return []
    known, trouble = _formations()
    rows = Scaled.objects.filter(process__in=claimed).order_by("process")
    return [_look_at(row, known.get(row.process), trouble, now=moment) for row in rows]


def _claim(process: str, now: datetime) -> bool:
    Scaled.objects.get_or_create(process=process)
    is_due = Q(looked=None) | Q(looked__lte=now - EVERY)
    return Scaled.objects.filter(is_due, process=process).update(looked=now) == 1


def _formations() -> tuple[dict[str, Formation], str]:
    """Return what the platform says, and why it says nothing."""
    try:
        return platform_api.formations(), ""
    except Busy as busy:
        logger.warning("the platform does not say how many dynos there are: %s", busy)
        return {}, str(busy)
    except Refused as refused:
        logger.error("the platform refuses to say how many dynos there are: %s", refused)
        return {}, str(refused)


def _look_at(row: Scaled, has: Formation | None, trouble: str, *, now: datetime) -> Choice:
    _pay(row, has, now=now)
    seen = signals.look(row.process, quantity=row.quantity if has else None, now=now)
    limits = limits_of(row, now=now)
    before = Memory.unpack(row.memory)
    decision = rule.decide(seen.inputs, before, limits)
    if row.target is not None:
        decision, done = _go_on(row, seen.inputs, decision, limits, now=now)
    else:
        done = _act(row, decision, now=now)
    kept = decision.memory
    if not done.is_done:
        kept = replace(kept, changed=before.changed, out=before.out)
    row.memory = kept.pack()
    row.stuck_since = (row.stuck_since or now) if trouble or not done.is_done else None
    row.save(update_fields=[f.name for f in Scaled._meta.fields if f.name not in ("id", "looked")])
    lateness = seen.inputs.lateness or 0.0
    size = size_of(row)
    advice = sizes.advice(
        size, larger_than(size), quantity=row.quantity or 0, load=seen.load, lateness=lateness,
        late=limits.late, sign=sign_of(settings.PRICE_CURRENCY),
    )  # fmt: skip
    return _note(row, seen.inputs, decision, outcome=done.words or trouble, advice=advice, now=now)


def size_of(row: Scaled) -> sizes.Size:
    """Return the size of a process's dynos; one without a price where nobody knows it."""
    found = sizes.size_of(row.size, prices_at().of_dyno)
    return found or replace(UNPRICED, name=row.size or "unknown")


def larger_than(size: sizes.Size) -> sizes.Size | None:
    """Return the size that would stand in the place of one; None: there is none."""
    return sizes.size_of(sizes.LARGER.get(size.name, ""), prices_at().of_dyno)


def _pay(row: Scaled, has: Formation | None, *, now: datetime) -> None:
    """Add what the dynos cost since the last look, and take note of what there is now."""
    month = f"{now:%Y-%m}"
    if row.month != month:
        row.month, row.spent = month, 0.0
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last = Choice.objects.filter(process=row.process).values_list("at", flat=True).first()
    if last and row.quantity:
        hours = max(0.0, (now - max(last, begin)).total_seconds()) / HOUR
        row.spent += hours * row.quantity * size_of(row).hourly
    if has:
        row.quantity, row.size = has.quantity, has.size


def limits_of(row: Scaled, *, now: datetime) -> Limits:
    """Return what a process may have now, by the settings and the money."""
    least, most = settings.SCALER_RANGES[row.process]
    size, every = size_of(row), Scaled.objects.exclude(id=row.id)
    ceilings = sizes.Ceilings(
        hourly=settings.SCALER_HOURLY_CEILING, monthly=settings.SCALER_MONTHLY_CEILING
    )
    others = list(every)
    affordable = sizes.affordable(
        size,
        ceilings,
        others=sum((each.quantity or 0) * size_of(each).hourly for each in others),
        spent=row.spent + sum(each.spent for each in others if each.month == row.month),
        hours_left=hours_left(now),
    )
    return Limits(least=least, most=max(least, most), affordable=affordable,
                  late=LATE[Process(row.process)])  # fmt: skip


def hours_left(now: datetime) -> float:
    """Return how many hours of the month are left, at least a minute."""
    days = calendar.monthrange(now.year, now.month)[1]
    gone = (now - now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)).total_seconds()
    return max(1 / 60, days * 24 - gone / HOUR)


def _act(row: Scaled, decision: Decision, *, now: datetime) -> Done:
    if decision.action == Action.HOLD or decision.target is None:
        return Done()
    if settings.SCALER != "on":
        return Done("Advice alone: nothing was done.")
    if decision.action == Action.OUT:
        return _set(row, decision.target, now=now)
    return _begin_to_drain(row, decision.target, now=now)


def _begin_to_drain(row: Scaled, target: int, *, now: datetime) -> Done:
    names = workers.drain_above(target) if row.process == Process.WORKER else []
    if not names:
        return _set(row, target, now=now)
    row.target, row.draining, row.draining_since = target, names, now
    return Done(f"{', '.join(names)} hands over what it holds first.")


def _go_on(
    row: Scaled, inputs: rule.Inputs, decision: Decision, limits: Limits, *, now: datetime
) -> tuple[Decision, Done]:
    """Go on with a dyno that is about to go, or let it stay."""
    assert row.target is not None
    target, memory = row.target, decision.memory
    why = rule.against_going_on(inputs, memory, limits, target=target)
    if settings.SCALER != "on":
        why = "the scaler is to give advice alone"
    elif row.draining_since and now - row.draining_since > DRAIN_WITHIN:
        why = f"it did not hand over within {DRAIN_WITHIN.total_seconds() / 60:.0f} minutes"
    if why:
        names = ", ".join(row.draining)
        _stay(row)
        done = Done(f"{names} stays: {why}.")
        if decision.action == Action.OUT:
            return decision, replace(_act(row, decision, now=now), words=done.words)
        return replace(decision, action=Action.HOLD, target=row.quantity), done
    going = replace(decision, action=Action.IN, target=target)
    if still := list(_still_holding(row.draining)):
        return going, Done(f"{', '.join(still)} still holds mocks.")
    done = _set(row, target, now=now)
    if done.is_done:
        row.target, row.draining, row.draining_since = None, [], None
    return replace(going, reason="It has handed over all that it held."), done


def _stay(row: Scaled) -> None:
    workers.keep(row.draining)
    row.target, row.draining, row.draining_since = None, [], None


def _still_holding(names: Iterable[str]) -> Iterable[str]:
    """Yield the dynos that hold shards, or say that they do."""
    there = {worker.dyno: worker for worker in workers.live()}
    for name in names:
        worker = there.get(name)
        if worker is None:
            continue  # it is gone already
        held = Shard.objects.filter(state=ShardState.LEASED, tower=worker.tower)
        if worker.mocks or (worker.tower and held.exists()):
            yield name


def _set(row: Scaled, quantity: int, *, now: datetime) -> Done:
    """Have the platform set a quantity, unless it asked to be left alone."""
    if row.not_before and now < row.not_before:
        return Done(f"The platform is left alone until {row.not_before:%H:%M:%S} UTC.", False)
    try:
        has = platform_api.scale(row.process, quantity).get(row.process)
    except Busy as busy:
        row.not_before = now + timedelta(seconds=busy.wait)
        logger.warning("not scaled yet: %s", busy, extra={"scaled": row.process})
        return Done(f"Not yet: {busy}", False)
    except Refused as refused:
        logger.error("the platform refuses to scale: %s", refused)
        return Done(f"Refused: {refused}", False)
    row.not_before, row.quantity = None, has.quantity if has else quantity
    return Done(f"The platform has set {row.quantity}.")


def _note(
    row: Scaled, inputs: rule.Inputs, decision: Decision, *, outcome: str, advice: str,
    now: datetime,
) -> Choice:  # fmt: skip
    """Keep a decision with its inputs, and write its line."""
    told = {name: getattr(inputs, name) for name in TOLD}
    choice = Choice.objects.create(
        process=row.process,
        at=now,
        action=decision.action,
        target=decision.target,
        reason=decision.reason[:500],
        outcome=outcome[:300],
        advice=advice[:500],
        **told,
    )
    facts = {"scaled": row.process, "action": str(decision.action), "target": decision.target}
    logger.info(
        "scaling", extra={**facts, **told, "reason": choice.reason, "outcome": choice.outcome}
    )
    return choice


TOLD = ("quantity", "wanted", "leased", "needed", "age", "lateness", "timeouts")
