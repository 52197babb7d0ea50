"""Is the service well? For the platform's probes, and for the banner of the console.

``/healthz`` says that this process answers; ``/readyz`` asks every part it stands on.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from time import monotonic

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from web.platform import redis, storage
from web.platform.models import Heartbeat

logger = logging.getLogger(__name__)

OLDEST_HEARTBEAT = timedelta(seconds=60)  # the clock beats every 10 s
LONGEST = 20.0  # s; a check of Redis or of the store takes some 5 s at most
REMEMBER = 5.0  # s that the banner's answer holds, so that pages do not wait for a dead part


def database_problem() -> str:
    """Return what is wrong with the database, or an empty text."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return ""


def redis_problem() -> str:
    """Return what is wrong with Redis, or an empty text; takes seconds at most."""
    try:
        redis.connection().ping()
    except redis.Unavailable:
        return "does not answer"
    except RedisError as error:
        return f"refuses: {type(error).__name__}"
    return ""


def storage_problem() -> str:
    """Return what is wrong with the object store, or an empty text; takes seconds at most."""
    try:
        storage.probe()
    except storage.StorageUnavailable as unavailable:
        return str(unavailable)
    return ""


def heartbeat_problem() -> str:
    """Return which process has been silent for too long, or an empty text."""
    try:
        known = Heartbeat.objects.annotate(silence=Now() - F("at"))
        oldest = known.order_by("at").first()
    except DatabaseError:
        return "unknown, the database does not answer"
    if oldest is None:
        return "the clock has never run"
    if oldest.silence > OLDEST_HEARTBEAT:
        return f"{oldest.name} has been silent for {oldest.silence.total_seconds():.0f} s"
    return ""


CHECKS: dict[str, Callable[[], str]] = {
    "database": database_problem,
    "redis": redis_problem,
    "storage": storage_problem,
    "heartbeat": heartbeat_problem,
}
SENTENCES = {
    "redis": (
        "Redis does not answer. Runs that are going on continue; live figures, new runs and "
        "reports wait until it is back."
    ),
    "storage": (
        "The object store does not answer. Uploads, new runs, logs and reports wait until it is "
        "back."
    ),
    "heartbeat": (
        "The clock process is silent. Queued mails, reports and runs may take longer to start."
    ),
}


@dataclass
class Memory:
    """What the banner found last, and when (s of the monotonic clock)."""

    at: float = -REMEMBER
    found: list[str] = field(default_factory=list)
    is_asking: bool = False


memory = Memory()
lock = Lock()


def outages() -> list[str]:
    """Return a sentence for each part that does not answer, at most ``REMEMBER`` seconds old.

    One request in ``REMEMBER`` seconds asks, the parts side by side; the others take what it found
    last, so that a dead part never holds up more than one thread.
    """
    with lock:
        if memory.is_asking or monotonic() - memory.at < REMEMBER:
            return memory.found
        memory.is_asking = True
    try:
        memory.found = ask_parts()
    finally:
        memory.at, memory.is_asking = monotonic(), False
    return memory.found


def ask_parts() -> list[str]:
    """Return the sentences for those parts that have a problem now."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        waiting = {name: pool.submit(CHECKS[name]) for name in ("redis", "storage")}
        problems = {name: future.result(LONGEST) for name, future in waiting.items()}
    problems["heartbeat"] = CHECKS["heartbeat"]()
    for name, problem in problems.items():
        if problem:
            logger.warning("outage", extra={"part": name, "problem": problem})
    return [SENTENCES[name] for name, problem in problems.items() if problem]


def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer that this process is alive; asks nobody else."""
    return JsonResponse({"ok": True})


def readyz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 with ``ok`` true, or 503 with what is wrong, part by part."""
    problems = {name: check() for name, check in CHECKS.items()}
    if problems.get("heartbeat"):
        tell_of_silence()
    wrong = {name: problem for name, problem in problems.items() if problem}
    parts = {name: problem or "ok" for name, problem in problems.items()}
    return JsonResponse({"ok": not wrong, **parts}, status=503 if wrong else 200)


def tell_of_silence() -> None:
    """Let others look after a clock that is silent: it cannot tell of itself."""
    for name in settings.WHEN_CLOCK_IS_SILENT:
        try:
            import_string(name)()
        except (DatabaseError, RedisError):
            logger.exception("nobody was told that the clock is silent")


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
}
