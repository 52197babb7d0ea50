"""The external dead man's switch: a service elsewhere that rings when it is not told any more.

Rule: it is told only while the clock's ticks do their work and the queues are worked off. Its
address is a secret, and is in no log line. Source: GET of a check's ping address, answered with
200, as healthchecks.io and those like it take it; other statuses and redirects count as not told.
"""

import http.client
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings

from web.alerts import service
from web.alerts.rules import Level
from web.platform import shared_clock
from web.platform.clock import Outcome, outcomes
from web.platform.destinations import address_of
from web.platform.hosts import AddressError
from web.platform.models import Heartbeat
from web.platform.outgoing import Connection, named, words_of
from web.status.models import Ping

logger = logging.getLogger(__name__)

NAME = "clock"
TIMEOUT = 8.0  # s for an answer; the clock has other things to do
MOST = 1_000  # bytes of an answer that are read
FAILURES = 3  # calls of a tick in a row that failed, ...
FAILING = 60.0  # s ... for as long as this: a failover of the database is shorter
OLDEST_BEAT = timedelta(seconds=60)  # as /readyz has it
OLDEST_JOB = 10 * 60.0  # s that a job may have waited, or nobody works off its queue


def ping(now: datetime | None = None) -> bool:
    """Tell the switch that all is at work, if that is so; a clock's tick. Return whether it heard.

    Raises:
        DatabaseError: The database does not answer; nothing is told then.
    """
    if not settings.DEADMAN_URL:
        return False
    moment = now or shared_clock.now()
    trouble = silent_because(outcomes, moment) or told(settings.DEADMAN_URL)
    if trouble:
        logger.warning("the dead man's switch is not told", extra={"why": trouble})
    note(moment, trouble)
    return not trouble


def silent_because(ticks: Mapping[str, Outcome], now: datetime) -> str:
    """Return why nothing is to be told, a sentence; empty: all is at work."""
    for name, outcome in ticks.items():
        if outcome.failures >= FAILURES and outcome.failing_for() >= FAILING:
            return f"The tick {name} has failed {outcome.failures} times in a row."
    beat = Heartbeat.objects.filter(name="clock").first()
    if beat is None or now - beat.at > OLDEST_BEAT:
        return "The clock's heartbeat is old."
    return next(filter(None, map(queue_trouble, service.measured("queue", now))), "")


def queue_trouble(level: Level) -> str:
    """Return what is wrong with a queue, a sentence; empty: nothing."""
    if level.value is None:
        return f"It is not known whether the queue “{level.name}” is worked off."
    return level.words if level.value > OLDEST_JOB else ""


def told(url: str) -> str:
    """Tell the switch once; return what went wrong, a sentence without the address's path."""
    try:
        address = address_of(url)
    except AddressError:
        return "DEADMAN_URL is no address that may be connected to."
    connection = Connection(address, within=TIMEOUT)
    try:
        connection.request("GET", address.path, headers={"User-Agent": "Mocklot"})
        answer = connection.getresponse()
        answer.read(MOST)
    except (OSError, http.client.HTTPException, AddressError) as error:
        return words_of(error, address)
    finally:
        connection.close()
    is_heard = http.client.OK <= answer.status < http.client.MULTIPLE_CHOICES
    return "" if is_heard else f"{address.host} answers {named(answer.status)}."


def note(now: datetime, trouble: str) -> None:
    """Keep how it went, for the operators' page."""
    facts: dict[str, object] = {"tried": now, "trouble": trouble[:300]}
    Ping.objects.update_or_create(
        name=NAME, defaults=facts if trouble else {**facts, "through": now}
    )
