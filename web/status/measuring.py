"""Looks at the service, for the judges of its components: what is measured already, and two more.

Rule: every look is bounded and fails to "not known". Without the database nothing else is asked.
"""

import http.client
import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError

from web.alerts import service
from web.platform import health
from web.platform.destinations import address_of
from web.platform.hosts import AddressError
from web.platform.outgoing import Connection
from web.runs import leasing
from web.runs.models import Shard

logger = logging.getLogger(__name__)

KINDS = ("part", "queue", "dead_towers", "mail", "mail_quota")
PATH = "/healthz"
PROBE_WITHIN = 5.0  # s for an answer of our own console
PROBES = 2  # tries; one lost packet is no outage
MOST = 1_000  # bytes of an answer that are read


def facts(now: datetime) -> dict[str, float | None]:
    """Return what is known of the service now."""
    found: dict[str, float | None] = {}
    if health.CHECKS["database"]():
        return {"part:database": 1.0}
    found["part:database"] = 0.0
    for kind in KINDS:
        found |= {f"{kind}:{level.name}": level.value for level in service.measured(kind, now)}
    return found | waiting(now) | probed()


def waiting(now: datetime) -> dict[str, float | None]:
    """Return how long shards wait for a tower, in s: those of new runs, and those begun before."""
    try:
        shards = leasing.wanted()
    except DatabaseError:
        return {"waiting:new": None, "waiting:begun": None}
    return {
        "waiting:new": longest((each for each in shards if not each.fence), now),
        "waiting:begun": longest((each for each in shards if each.fence), now),
    }


def longest(shards: Iterable[Shard], now: datetime) -> float:
    """Return the s that the oldest of some shards has waited; 0 for none."""
    since = min((shard.wanted_since for shard in shards), default=now)
    return max(0.0, (now - since).total_seconds())


def probed() -> dict[str, float | None]:
    """Return 1 where our own console does not answer at its address, else 0.

    Nothing where no address is known, or where we may not connect to it.
    """
    if not own_address():
        return {}
    try:
        is_down = not any(answers() for _ in range(PROBES))
    except AddressError as error:
        logger.info("the console is not asked: %s", error)
        return {}
    return {"site:healthz": float(is_down)}


def own_address() -> str:
    """Return what our console is reached at from outside, without a path; empty: not known."""
    if settings.GIVEN_URL:
        return str(settings.GIVEN_URL)
    return f"https://{settings.HEROKU_DOMAIN}" if settings.HEROKU_DOMAIN else ""


def answers() -> bool:
    """Ask our console once. Raises AddressError: we may not."""
    address = address_of(own_address() + PATH)
    connection = Connection(address, within=PROBE_WITHIN)
    try:
        connection.request("GET", address.path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        answer.read(MOST)
        return answer.status == http.client.OK
    except (OSError, http.client.HTTPException) as error:
        logger.warning("the console does not answer", extra={"error": type(error).__name__})
        return False
    finally:
        connection.close()
