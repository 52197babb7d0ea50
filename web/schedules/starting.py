"""What becomes of a schedule's moments: they are taken, wait for their place, and start runs.

Rule: every change is a conditional one, so that any number of clocks may do this at once: a moment
is taken by whoever moves the schedule on, and a run is made in the transaction that settles it.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from web.lots.models import Lot
from web.runs.actions import CannotStart, CannotStartNow, start_run, stop_run
from web.runs.models import LIVE, Run
from web.schedules import moments, notices
from web.schedules.models import OPEN, Overlap, Schedule, Turn, TurnState

logger = logging.getLogger(__name__)

MOST_TAKEN = 200  # schedules that one tick moves on
MOST_LOOKED_AT = 200  # moments that wait, the same
MOST_STARTS = 3  # of one tick: a start takes a second or more with 50,000 mocks
CLAIM = timedelta(minutes=2)  # a clock that says nothing for so long died while it started a run
MOST_TRIES = 3  # starts of one moment during which clocks died
AGAIN_AFTER = timedelta(seconds=30)
TRY_FOR = timedelta(minutes=10)  # that a part of the service may be out of reach
WAIT_FOR = timedelta(hours=24)  # that a start waits for the run before it
STOP_WITHIN = timedelta(minutes=10)  # that the old run may take to end

STILL_RUNS = "“{run}” of {at:%d %b %H:%M} UTC was still going on."
WAITS_ALREADY = "Another start of this schedule was waiting already."
TOOK_ITS_PLACE = "A later moment took its place."
WAITED = "The run before it was still going on after 24 h."
NOT_STOPPED = "The run before it did not end within 10 min after it was told to."
BROKEN = "The start was broken off {tries} times. The log of the clock says more."


class Overtaken(Exception):
    """Another clock settled this moment, or another run of the lot began; nothing was made."""


def take_due(now: datetime) -> int:
    """Take the moments that have come; return how many schedules were moved on."""
    due = Schedule.objects.filter(
        next_at__lte=now, paused_at=None, workspace__deleted=None
    ).select_related("lot", "workspace")
    return sum(take(each, now=now) for each in due.order_by("next_at", "id")[:MOST_TAKEN])


@transaction.atomic
def take(schedule: Schedule, *, now: datetime) -> bool:
    """Take what a schedule has come to; False: another clock did, or it was changed meanwhile."""
    if schedule.next_at is None:
        return False
    taken = moments.take(
        schedule.timetable, planned=schedule.next_at, now=now, catch_up=schedule.catch_up
    )
    same = Schedule.objects.filter(id=schedule.id, next_at=schedule.next_at, paused_at=None)
    if not same.update(next_at=taken.next):
        return False
    turns = []
    if taken.first_missed is not None:
        reason = missed_words(taken)
        turns.append(
            Turn(
                schedule=schedule,
                moment=taken.first_missed,
                count=taken.missed,
                state=TurnState.MISSED,
                reason=reason,
                taken=now,
                settled=now,
            )
        )
    if taken.start is not None:
        turns.append(fresh_turn(schedule, taken.start, now=now))
    # A moment whose row is there was taken before a clock was put back: it is not taken again.
    Turn.objects.bulk_create(turns, ignore_conflicts=True)
    return True


def missed_words(taken: moments.Taken) -> str:
    """Return why moments were missed, a sentence."""
    if taken.missed >= moments.MOST_COUNTED:
        return "The clock of the service did not run then; there were at least so many moments."
    if taken.start is not None:
        return "The clock of the service did not run then; only the last moment is made up for."
    return "The clock of the service did not run then, and it was too late to make up for it."


def fresh_turn(schedule: Schedule, moment: datetime, *, now: datetime) -> Turn:
    """Return a moment that has come, held against what is still going on."""
    turn = Turn(schedule=schedule, moment=moment, taken=now, not_before=now)
    waiting = Turn.objects.filter(schedule=schedule, state__in=OPEN)
    live = live_run(schedule.lot)
    if schedule.overlap == Overlap.SKIP and live:
        return settled(turn, TurnState.SKIPPED, still_runs(live), now=now)
    if schedule.overlap == Overlap.QUEUE and waiting.exists():
        return settled(turn, TurnState.SKIPPED, WAITS_ALREADY, now=now)
    if schedule.overlap == Overlap.REPLACE:
        waiting.filter(state=TurnState.WAITING).update(
            state=TurnState.SKIPPED, reason=TOOK_ITS_PLACE, settled=now
        )
    return turn


def settled(turn: Turn, state: TurnState, reason: str, *, now: datetime) -> Turn:
    """Return a turn, not stored, that came to its end."""
    turn.state, turn.reason, turn.settled = state, reason[:500], now
    return turn


def start_waiting(now: datetime) -> int:
    """Start what waits and may; return how many runs were started."""
    started = tried = 0
    for turn in waiting_turns(now):
        if tried == MOST_STARTS:
            break
        if not may_start(turn, now=now):
            continue
        tried += 1
        started += start(turn, now=now) is not None
    return started


def waiting_turns(now: datetime) -> list[Turn]:
    """Return what nobody is starting, the longest waiting first."""
    is_free = Q(state=TurnState.WAITING) | Q(state=TurnState.STARTING, claimed__lt=now - CLAIM)
    rows = Turn.objects.filter(is_free, not_before__lte=now, schedule__workspace__deleted=None)
    joined = rows.select_related("schedule__lot__target", "schedule__lot__workspace")
    return list(joined.order_by("not_before", "id")[:MOST_LOOKED_AT])


def may_start(turn: Turn, *, now: datetime) -> bool:
    """Return whether a turn's place is free; have the old run stopped, or settle the turn."""
    live = live_run(turn.schedule.lot)
    if live is None:
        return True
    overlap, waited = turn.schedule.overlap, now - turn.taken
    if overlap == Overlap.SKIP:
        settle(turn, TurnState.SKIPPED, still_runs(live), now=now)
    elif overlap == Overlap.QUEUE:
        if waited > WAIT_FOR:
            settle(turn, TurnState.SKIPPED, WAITED, now=now)
    elif waited > STOP_WITHIN:
        refuse(turn, NOT_STOPPED, now=now)
    else:
        stop_all(turn.schedule)
    return False


def start(turn: Turn, *, now: datetime) -> Run | None:
    """Start a turn's run; None: it is another clock's, it was refused, or it is tried again."""
    if not claim(turn, now=now):
        return None
    if turn.tries > MOST_TRIES:
        refuse(turn, BROKEN.format(tries=MOST_TRIES), now=now)
        return None
    schedule = turn.schedule
    try:
        return start_run(
            schedule.lot,
            by=None,
            beside_rivals=False,
            longest=schedule.longest,
            joined=lambda run: join(turn, run, now=now),
        )
    except Overtaken:
        give_back(turn, now=now)
    except CannotStartNow as later:
        if now - turn.taken < TRY_FOR:
            give_back(turn, now=now, wait=AGAIN_AFTER)
        else:
            refuse(turn, str(later), now=now)
    except CannotStart as cannot:
        if live_run(schedule.lot):  # another clock's, begun since: `may_start` says what to do
            give_back(turn, now=now)
        else:
            refuse(turn, str(cannot), now=now)
    return None


def claim(turn: Turn, *, now: datetime) -> bool:
    """Take a turn to start it; False: another clock was faster."""
    mine = Turn.objects.filter(id=turn.id, state=turn.state, claimed=turn.claimed)
    if not mine.update(state=TurnState.STARTING, claimed=now, tries=F("tries") + 1):
        return False
    turn.state, turn.claimed, turn.tries = TurnState.STARTING, now, turn.tries + 1
    return True


def join(turn: Turn, run: Run, *, now: datetime) -> None:
    """Settle a turn in the transaction that makes its run.

    Raises:
        Overtaken: The claim went to another clock, or the lot has another live run by now.
    """
    # An UPDATE, not a SELECT FOR UPDATE: it locks the row on Postgres and the file on SQLite.
    Lot.objects.filter(id=turn.schedule.lot_id).update(name=F("name"))
    if live_run(turn.schedule.lot, but=run):
        raise Overtaken
    mine = Turn.objects.filter(id=turn.id, state=TurnState.STARTING, claimed=turn.claimed)
    if not mine.update(state=TurnState.STARTED, run=run, settled=now):
        raise Overtaken
    logger.info("run started", extra={"run": str(run.code), "schedule": str(turn.schedule.code)})


def give_back(turn: Turn, *, now: datetime, wait: timedelta = timedelta(0)) -> None:
    """Let a turn that was claimed wait again; it was not its own fault."""
    mine = Turn.objects.filter(id=turn.id, state=TurnState.STARTING, claimed=turn.claimed)
    mine.update(state=TurnState.WAITING, not_before=now + wait, tries=F("tries") - 1)


def refuse(turn: Turn, reason: str, *, now: datetime) -> None:
    """End a turn that cannot be started, and tell who made the schedule."""
    with transaction.atomic():
        if settle(turn, TurnState.REFUSED, reason, now=now):
            notices.tell_refusal(turn, reason)


def settle(turn: Turn, state: TurnState, reason: str, *, now: datetime) -> bool:
    """End a turn without a run; False: another clock did."""
    mine = Turn.objects.filter(id=turn.id, state=turn.state, claimed=turn.claimed)
    return bool(mine.update(state=state, reason=reason[:500], settled=now))


def stop_all(schedule: Schedule) -> None:
    """Have the live runs of a schedule's lot stopped."""
    for run in Run.objects.filter(lot=schedule.lot, state__in=LIVE, stop_requested=None):
        stop_run(run, by=f"The schedule “{schedule}”")


def live_run(lot: Lot, *, but: Run | None = None) -> Run | None:
    """Return the last live run of a lot; None: there is none."""
    runs = Run.objects.filter(lot=lot, state__in=LIVE, deleted=None)
    return (runs.exclude(id=but.id) if but else runs).order_by("-created").first()


def still_runs(run: Run) -> str:
    """Return the sentence for a start that a run is in the way of."""
    return STILL_RUNS.format(run=run, at=run.created)
