"""Tells the add-on Judoscale what it scales by: queue time of the console, age of wanted towers.

Rule: told by the clock for all dynos, because only it sees them together; what is not known is not
told. Source: its adapter for Python: POST {JUDOSCALE_URL}/v3/reports with {"container", "pid",
"config", "adapters", "metrics": [[Unix s, ms, "queue_time", queue or null], ...]} each 10 s.
"""

import http.client
import logging
import os
import platform
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings

from web.platform import redis, shared_clock
from web.platform.destinations import address_of
from web.platform.hosts import AddressError
from web.platform.outgoing import Connection, words_of
from web.scaling import middleware, signals
from web.scaling.meter import Word
from web.scaling.models import Process

logger = logging.getLogger(__name__)

TIMEOUT = 5.0  # s, as its own adapter waits
EVERY = 10  # s between two reports
MOST_CONTAINERS = 20  # dynos of the console that one call of the clock tells of
QUEUE = "towers"
VERSION = "1.0"  # of what we tell, for its support

Metric = tuple[int, int, str, str | None]


def tell(now: datetime | None = None) -> int:
    """Report once; return how many reports were taken. Nothing without ``JUDOSCALE_URL``."""
    if not settings.JUDOSCALE_URL:
        return 0
    moment = now or shared_clock.now()
    reports = [report(name, metrics) for name, metrics in metrics_of(moment).items()]
    return sum(_post(each) for each in reports[: MOST_CONTAINERS + 1])


def metrics_of(now: datetime) -> Mapping[str, list[Metric]]:
    """Return what is to be told, by the dyno that it is told of."""
    at = now.timestamp()
    found: dict[str, list[Metric]] = defaultdict(list)
    age = signals.look(Process.WORKER, quantity=None, now=now).inputs.age or 0.0
    found[settings.DYNO].append((round(at), round(age * 1000), "queue_time", QUEUE))
    for dyno, words in _by_dyno(at):
        worst = max(max(word.queue, word.oldest if word.slow else 0.0) for word in words)
        found[dyno].append((round(at), round(worst * 1000), "queue_time", None))
    return found


def report(container: str, metrics: list[Metric]) -> dict[str, Any]:
    """Return a report as its service reads it."""
    about = {"platform_version": platform.python_version(), "adapter_version": VERSION}
    return {
        "container": container,
        "pid": os.getpid(),
        "config": {"log_level": settings.LOG_LEVEL, "report_interval_seconds": EVERY},
        "adapters": {"mocklot": about},
        "metrics": metrics,
    }


def _by_dyno(at: float) -> Iterable[tuple[str, list[Word]]]:
    grouped: dict[str, list[Word]] = defaultdict(list)
    try:
        for name, word in middleware.told(at).items():
            grouped[name.partition(":")[0]].append(word)
    except redis.Unavailable:
        return []
    return sorted(grouped.items())


def _post(said: dict[str, Any]) -> bool:
    try:
        address = address_of(f"{settings.JUDOSCALE_URL}/v3/reports")
    except AddressError as error:
        logger.warning("judoscale is not told: %s", error)
        return False
    connection = Connection(address, within=TIMEOUT)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", address.path, body=orjson.dumps(said), headers=headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, AddressError) as error:
        logger.warning("judoscale is not told: %s", words_of(error, address))
        return False
    finally:
        connection.close()
    if status >= http.client.BAD_REQUEST:
        logger.warning("judoscale does not take it", extra={"status": status})
    return status < http.client.BAD_REQUEST
