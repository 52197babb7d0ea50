"""Measures what the router tells of a request's way to us, and has it told to whoever scales.

Rule: a request waits for none of it: a thread of its own writes to Redis each ``EVERY`` s, also
while all that answer are stuck. Without a router in front (no X-Request-Start) nothing happens.
"""

import logging
import os
import threading
from collections.abc import Callable
from time import time
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from web.platform import redis
from web.platform.middleware import UNIX_MS, Respond
from web.scaling.meter import LIFE, Meter, Word

logger = logging.getLogger(__name__)

KEY = "mocklot:scaling:web"  # a hash: a field for each process
EVERY = 5.0  # s
MOST_FIELDS = 500  # processes of the console that are read


def queue_time(get_response: Respond) -> Respond:
    """Return a middleware that measures requests which say when the router took them."""
    meter, teller = Meter(), Teller()

    def respond(request: HttpRequest) -> HttpResponse:
        came = request.headers.get("X-Request-Start", "")  # Unix time in ms, from the router
        if not UNIX_MS.fullmatch(came):
            return get_response(request)
        teller.ensure(meter)
        now = time()
        ticket = meter.begin(now, waited=now - int(came) / 1000)
        try:
            return get_response(request)
        finally:
            meter.end(ticket, time())

    return respond


class Teller:
    """The thread that writes what a meter has, one for each process also after a fork."""

    def __init__(self, tell: Callable[[Word], None] | None = None) -> None:
        self._tell = tell or publish
        self._of = 0  # the process that the thread runs in
        self._lock = threading.Lock()

    def ensure(self, meter: Meter) -> None:
        """Begin, unless it has begun in this process."""
        if self._of == os.getpid():
            return
        with self._lock:
            if self._of != os.getpid():
                self._of = os.getpid()
                threading.Thread(target=self._run, args=[meter], daemon=True).start()

    def _run(self, meter: Meter) -> None:
        pause = threading.Event()
        while not pause.wait(EVERY):
            self._tell(meter.word(time()))


def publish(word: Word) -> None:
    """Put what this process tells where the clock reads it; without Redis nobody is told."""
    name = f"{settings.DYNO}:{os.getpid()}"
    try:
        pipe = redis.connection().pipeline(transaction=False)
        pipe.hset(KEY, name, orjson.dumps(word.pack()))
        pipe.expire(KEY, int(10 * LIFE))
        pipe.execute()
    except redis.Unavailable:
        logger.warning("queue time is not told")


def told(at: float) -> dict[str, Word]:
    """Return the words of the console's processes by name, ``web.1:33``; old ones are removed.

    Raises:
        redis.Unavailable: Redis does not answer.
    """
    known: dict[Any, Any] = redis.connection().hgetall(KEY)
    words = {name.decode(): _word(data) for name, data in list(known.items())[:MOST_FIELDS]}
    fresh = {name: word for name, word in words.items() if word and at - word.at <= LIFE}
    if gone := [name for name in words if name not in fresh]:
        redis.connection().hdel(KEY, *gone)
    return fresh


def _word(data: bytes) -> Word | None:
    try:
        return Word.unpack(orjson.loads(data))
    except orjson.JSONDecodeError:
        return None
