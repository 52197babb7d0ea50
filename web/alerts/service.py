"""The service watches itself: levels of its parts, held against fixed rules; operators are rung.

Rule: every look at a part is bounded and fails by itself to "not known", which is never fine. Its
incidents have no workspace; only staff see them.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from redis.exceptions import RedisError

from web.alerts import incidents, looking, platform_status
from web.alerts.kinds import OF_SERVICE, Kind
from web.alerts.phases import Memory, advance
from web.alerts.rules import Finding, Level, Terms, Verdict, judge_level
from web.mail import models as mail
from web.mail import quota
from web.platform import health, queues, redis, shared_clock
from web.platform.models import Heartbeat
from web.runs import leasing
from web.runs.models import Happening, HappeningKind
from web.scaling.models import Scaled

logger = logging.getLogger(__name__)

SUBJECT = "service"
CALM = timedelta(minutes=1)
LOST_WITHIN = timedelta(minutes=15)
LOST = (HappeningKind.LOST, HappeningKind.GIVEN_UP)
MOST_HAPPENINGS = 2_000  # the newest that are looked at: a row a shard, some 20 a tower
LOOK_AT_JOBS = 1  # of a queue: the oldest
PERCENT = 100.0

Measured = Iterable[Level]


def terms_of(kind: Kind) -> Terms:
    """Return the fixed rule of a kind."""
    return Terms(kind=kind.word, limit=kind.limit, hold=timedelta(seconds=kind.hold), calm=CALM)


def queue_ages(now: datetime) -> Measured:
    """Yield how long the oldest job of each queue has waited, in s."""
    for name in settings.QUEUES:
        if name != "towers":  # whose jobs run for hours; wanted shards tell more
            yield oldest_job(name, now)


def oldest_job(name: str, now: datetime) -> Level:
    """Return how long the oldest job of a queue has waited; not known without Redis."""
    try:
        waiting = queues.queue(name).get_jobs(0, LOOK_AT_JOBS)
        count = queues.queue(name).count
    except RedisError:
        return Level(name=name, value=None)
    since = [as_utc(job.enqueued_at) for job in waiting if job.enqueued_at]
    age = max(0.0, (now - min(since, default=now)).total_seconds())
    words = f"The oldest of {count} jobs in the queue “{name}” has waited for {age:.0f} s."
    return Level(name=name, value=age, words=words)


def as_utc(at: datetime) -> datetime:
    """Return RQ's moment as an aware one; older versions of it left the zone out."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def wanted_age(now: datetime) -> Measured:
    """Yield how long a shard has waited for a tower, in s."""
    waiting = leasing.wanted()
    since = min((shard.wanted_since for shard in waiting), default=now)
    age = (now - since).total_seconds()
    words = f"{len(waiting)} shards wait for a tower, the oldest for {age:.0f} s."
    yield Level(name="shards", value=age, words=words)


def dead_towers(now: datetime) -> Measured:
    """Yield how many towers were lost lately without handing over what they held."""
    newest = Happening.objects.order_by("-id").values_list("kind", "tower", "at")[:MOST_HAPPENINGS]
    since = now - LOST_WITHIN
    names = sorted({tower for kind, tower, at in newest if kind in LOST and at > since})
    words = (
        f"{len(names)} towers were lost within {LOST_WITHIN.total_seconds() / 60:.0f} minutes: "
        f"{', '.join(names[:3])}."
    )
    yield Level(name="towers", value=float(len(names)), words=words)


def mail_age(now: datetime) -> Measured:
    """Yield how long the oldest mail that is due has waited, in s."""
    live = (mail.State.QUEUED, mail.State.SENDING)
    oldest = mail.Mail.objects.filter(state__in=live).order_by("created").first()
    age = (now - oldest.created).total_seconds() if oldest else 0.0
    yield Level(
        name="mail", value=age, words=f"The oldest mail in the outbox is {age / 60:.0f} min old."
    )


def mail_quota(now: datetime) -> Measured:
    """Yield the share of the month's mails that were sent; nothing where the plan is not known."""
    percent = quota.share(now)
    if percent is None:
        return
    sent, held = quota.used(now), mail.Mail.objects.filter(state=mail.State.HELD).count()
    of = f" of the month's {settings.MAIL_QUOTA:,}" if settings.MAIL_QUOTA else ""
    words = f"{sent:,}{of} mails have been sent."
    if held:
        words += (
            f" {held:,} are held back until {quota.next_month(now):%-d %B}, or more are bought."
        )
    yield Level(name="month", value=percent, words=words)


def connections(now: datetime) -> Measured:  # noqa: ARG001 (as all of them)
    """Yield the share of Postgres's connections that is taken; nothing for SQLite."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
            " current_setting('max_connections')::int"
        )
        taken, most = cursor.fetchone()
    yield Level(
        name="postgres",
        value=PERCENT * taken / most,
        words=f"{taken} of the database's {most} connections are taken.",
    )


def redis_memory(now: datetime) -> Measured:  # noqa: ARG001 (as all of them)
    """Yield the share of Redis's memory that is full; nothing where it has no limit."""
    try:
        told = redis.connection().info("memory")
    except RedisError:
        yield Level(name="redis", value=None)
        return
    used, most = int(told["used_memory"]), int(told.get("maxmemory", 0))
    if most:
        words = f"Redis has filled {used / 1e6:.0f} of {most / 1e6:.0f} MB."
        yield Level(name="redis", value=PERCENT * used / most, words=words)


def parts(now: datetime) -> Measured:  # noqa: ARG001 (as all of them)
    """Yield 1 for each part that does not answer. The database's would not be found here."""
    for name in ("redis", "storage"):
        problem = health.CHECKS[name]()
        yield Level(name=name, value=float(bool(problem)), words=f"{name}: {problem}.")


def clock_silence(now: datetime) -> Measured:
    """Yield how long the clock has been silent, in s; the clock itself finds 0 of course."""
    beat = Heartbeat.objects.filter(name="clock").first()
    if beat is None:
        return
    silence = (now - beat.at).total_seconds()
    words = f"The clock has been silent for {silence:.0f} s: nothing is started, reaped or rung."
    yield Level(name="clock", value=silence, words=words)


def scaling(now: datetime) -> Measured:
    """Yield how long the platform has not done what the scaler asks, in s; nothing without it."""
    if settings.SCALER == "off":
        return
    stuck = Scaled.objects.filter(stuck_since__isnull=False).order_by("stuck_since").first()
    age = (now - stuck.stuck_since).total_seconds() if stuck and stuck.stuck_since else 0.0
    who = stuck.process if stuck else "No process"
    words = f"{who} cannot be scaled: the platform has refused or not answered for {age:.0f} s."
    yield Level(name="scaling", value=age, words=words)


MEASURES: dict[str, Callable[[datetime], Measured]] = {
    "queue": queue_ages,
    "towers": wanted_age,
    "dead_towers": dead_towers,
    "mail": mail_age,
    "mail_quota": mail_quota,
    "connections": connections,
    "redis_memory": redis_memory,
    "part": parts,
    "clock": clock_silence,
    "scaling": scaling,
    "platform": platform_status.levels,
}


def measured(kind: str, now: datetime) -> list[Level]:
    """Return the levels of a kind; one that is not known when it could not be looked at."""
    try:
        return list(MEASURES[kind](now))
    except (DatabaseError, RedisError):
        logger.warning("not measured", extra={"kind": kind}, exc_info=True)
        return [Level(name=kind, value=None)]


def look(now: datetime | None = None, *, kinds: Iterable[Kind] = OF_SERVICE) -> None:
    """Judge the service; a clock's tick, and what ``/readyz`` does when the clock is silent."""
    moment = now or shared_clock.now()
    memory = looking.memories_of([SUBJECT]).get(SUBJECT, looking.Remembered())
    judged = dict(memory.rules)
    for kind in kinds:
        for level in measured(kind.word, moment):
            key = f"{kind.word}:{level.name}"[:60]
            judged[key] = judge_one(kind, key, level, judged.get(key, Memory()), now=moment)
    looking.remember({SUBJECT: looking.Remembered(rules=judged)}, now=moment)


def judge_one(kind: Kind, key: str, level: Level, before: Memory, *, now: datetime) -> Memory:
    """Hold one level against its rule; open and resolve what follows."""
    terms = terms_of(kind)
    finding = judge_level(terms, level, was_bad=before.is_bad)
    memory, event = advance(before, finding, terms, now=now)
    looking.act(event, trouble_of(kind, key, level, finding), now=now)
    return memory


def trouble_of(kind: Kind, key: str, level: Level, finding: Finding) -> incidents.Trouble:
    """Return what an incident of the service is about."""
    return incidents.Trouble(
        subject=f"{SUBJECT}:{level.name}"[:80],
        subject_name=level.name,
        key=key,
        kind=kind.word,
        words=finding.words if finding.verdict == Verdict.BAD else "",
        evidence=finding.evidence,
    )


def told_by_probe() -> None:
    """Look after the clock in its place: called by ``/readyz`` when its heartbeat is old.

    Opens the incident, rings the next operator when it is time, and hands notices over; all are
    conditional updates, so that any number of probes do what one clock would.
    """
    from web.alerts import escalation, sending  # noqa: PLC0415 (probes of a well service skip them)

    look(kinds=[kind for kind in OF_SERVICE if kind.word == "clock"])
    escalation.climb_due(service_only=True)
    sending.queue_due(may_send=False)
