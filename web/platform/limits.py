"""How often somebody may do something: counted in Redis, for all processes together.

Each limit is a bucket that holds ``count`` and fills evenly within ``per`` s (the generic cell
rate algorithm, GCRA): one moment a key, one script a request, no matter how high the limit is.

Rule: while Redis does not answer, requests are let on (a console that nobody can sign in to helps
nobody), but each process counts for itself meanwhile: the limits then hold for each process.
"""

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from time import time
from typing import Protocol

from django.conf import settings

from web.platform import redis

logger = logging.getLogger(__name__)

MOST_KEYS = 20_000  # that one process counts while Redis is away: some 4 MB
PREFIX = "limit:"

# Takes from all buckets, or from none: KEYS are theirs, ARGV their interval and depth, s. Answers
# with the position of the one that is empty the longest and how long, or with 0 and "0".
# Time is Redis's, so that the processes' clocks do not matter.
TAKE = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local worst, wait = 0, 0
local due = {}
for i, key in ipairs(KEYS) do
  local interval, depth = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  due[i] = math.max(tonumber(redis.call('GET', key) or 0), now) + interval
  if due[i] - depth - now > wait then worst, wait = i, due[i] - depth - now end
end
if worst == 0 then
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.6f', due[i]), 'PX', math.ceil((due[i] - now) * 1000))
  end
end
return {worst, string.format('%.6f', wait)}
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """``count`` at once, back evenly within ``per`` s; ``words`` name what is counted."""

    name: str
    count: int
    per: float
    words: str

    @property
    def interval(self) -> float:
        """Seconds after which one more is allowed."""
        return self.per / self.count


@dataclass(frozen=True, slots=True)
class Claim:
    """One of a limit's, for whom ``key`` names: an address, an account."""

    limit: Limit
    key: str

    @property
    def place(self) -> str:
        """The key in Redis; it tells neither addresses nor accounts."""
        digest = hashlib.blake2b(self.key.encode(), digest_size=16).hexdigest()
        return f"{PREFIX}{self.limit.name}:{digest}"


class OverLimit(Exception):
    """That was too often; ``wait`` seconds later it may be tried again. The text is a sentence."""

    def __init__(self, limit: Limit, wait: float) -> None:
        self.limit = limit
        self.wait = max(1, -int(-wait // 1))  # whole s, as Retry-After has them
        super().__init__(f"Too many {limit.words}. Try again in {spoken(self.wait)}.")


class Counter(Protocol):
    """Keeps the buckets."""

    def take(self, claims: Sequence[Claim]) -> tuple[int, float]:
        """Take one for each claim, or none: (position of what refuses from 1 or 0, wait in s)."""

    def forget(self, claims: Sequence[Claim]) -> None:
        """Fill the buckets of the claims."""


class Shared:
    """Counts in Redis. Raises what ``redis.Unavailable`` names when that does not answer."""

    def take(self, claims: Sequence[Claim]) -> tuple[int, float]:
        script = redis.connection().register_script(TAKE)
        keys = [claim.place for claim in claims]
        shapes = [(claim.limit.interval, claim.limit.per) for claim in claims]
        worst, wait = script(keys=keys, args=[figure for shape in shapes for figure in shape])
        return int(worst), float(wait)

    def forget(self, claims: Sequence[Claim]) -> None:
        redis.connection().delete(*(claim.place for claim in claims))


class Local:
    """Counts in this process alone, at most ``MOST_KEYS`` keys: the longest unused is forgotten."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        """``clock``: s, of any beginning."""
        self._clock = clock
        self._due: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def take(self, claims: Sequence[Claim]) -> tuple[int, float]:
        now = self._clock()
        with self._lock:
            due = [
                max(self._due.get(claim.place, 0.0), now) + claim.limit.interval for claim in claims
            ]
            waits = [at - each.limit.per - now for at, each in zip(due, claims, strict=True)]
            wait = max(waits)
            if wait > 0:
                return waits.index(wait) + 1, wait
            for claim, at in zip(claims, due, strict=True):
                self._due[claim.place] = at
                self._due.move_to_end(claim.place)
            while len(self._due) > MOST_KEYS:
                self._due.popitem(last=False)
        return 0, 0.0

    def forget(self, claims: Sequence[Claim]) -> None:
        with self._lock:
            for claim in claims:
                self._due.pop(claim.place, None)


shared: Counter = Shared()
local = Local()


def hold(*claims: Claim) -> None:
    """Count one for each claim.

    Raises:
        OverLimit: One of them had none left; then nothing was counted.
    """
    if not settings.RATE_LIMITS or not claims:
        return
    try:
        position, wait = shared.take(claims)
    except redis.Unavailable:
        logger.warning("limits are counted by this process alone: Redis does not answer")
        position, wait = local.take(claims)
    if position:
        refused = claims[position - 1].limit
        logger.warning("over the limit", extra={"limit": refused.name, "wait": round(wait, 1)})
        raise OverLimit(refused, wait)


def forget(*claims: Claim) -> None:
    """Let all that was counted for these claims be as if it had not been."""
    local.forget(claims)
    try:
        shared.forget(claims)
    except redis.Unavailable:
        logger.warning("a limit stays counted: Redis does not answer")


def spoken(seconds: int) -> str:
    """Return a time as people say it: "40 s", "3 min", "2 h"."""
    for length, unit in ((3_600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return f"{-(-seconds // length)} {unit}"
    return f"{seconds} s"
