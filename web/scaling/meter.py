"""How long requests wait in front of this process, and how many are in it.

Rule: pure; told the time. Both ends are bounded: ``MOST`` requests of the last ``WINDOW`` s.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any

WINDOW = 60.0  # s
MOST = 5_000  # requests that are remembered; above 83 a second the newest count
SLOW = 20.0  # s from which on an answer counts as timed out: the platform ends it after 30
QUEUE_PERCENTILE = 95.0
LIFE = 30.0  # s after which what a process told of itself counts no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a process of the console tells of itself."""

    at: float  # Unix s
    count: int  # requests that began within the window
    queue: float  # s before one began, 95th percentile
    busy: int  # in it now
    oldest: float  # s that the oldest of these takes already
    load: float  # in it on the average of the window
    slow: int  # that took longer than SLOW within the window, with those that go on

    def pack(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)

    @classmethod
    def unpack(cls, data: Any) -> "Word | None":
        """Return what :meth:`pack` wrote; None where it is something else."""
        try:
            return cls(**data)
        except TypeError:
            return None


class Meter:
    """The requests of one process. Any thread may tell it of one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._begun: deque[tuple[float, float]] = deque(maxlen=MOST)  # (at, s of waiting)
        self._ended: deque[tuple[float, float]] = deque(maxlen=MOST)  # (at, s it took)
        self._inside: dict[int, float] = {}  # since when, by ticket
        self._next = 0

    def begin(self, at: float, *, waited: float) -> int:
        """Take note of a request; return its ticket for :meth:`end`.

        Args:
            at: Unix s.
            waited: s since the router took it.
        """
        with self._lock:
            self._next += 1
            self._inside[self._next] = at
            self._begun.append((at, max(0.0, waited)))
            return self._next

    def end(self, ticket: int, at: float) -> None:
        """Take note that a request was answered, or failed."""
        with self._lock:
            begun = self._inside.pop(ticket, at)
            self._ended.append((at, max(0.0, at - begun)))

    def word(self, at: float) -> Word:
        """Return what there is to tell at ``at`` (Unix s)."""
        with self._lock:
            waits = [waited for begun, waited in self._begun if begun > at - WINDOW]
            spans = [(end - took, end) for end, took in self._ended if end > at - WINDOW]
            inside = list(self._inside.values())
        spans += [(begun, at) for begun in inside]
        return Word(
            at=at,
            count=len(waits),
            queue=percentile(waits, QUEUE_PERCENTILE),
            busy=len(inside),
            oldest=max((at - begun for begun in inside), default=0.0),
            load=sum(end - max(begin, at - WINDOW) for begin, end in spans) / WINDOW,
            slow=sum(end - begin > SLOW for begin, end in spans),
        )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that ``share`` % of them do not exceed; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    rank = -(-len(ordered) * share // 100)  # rounded up
    return ordered[max(0, int(rank) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """All processes of the console together."""

    waiting: int  # requests in them
    queue: float  # s; the worst process's
    timeouts: float  # share of the requests, 0 to 1
    load: float  # requests in them on the average


def together(words: Iterable[Word], *, at: float) -> Console | None:
    """Return what the processes tell together; None where nobody told anything lately.

    A process whose requests are stuck begins no new one: then the oldest of them tells how long
    the next one waits.
    """
    fresh = [word for word in words if at - word.at <= LIFE]
    if not fresh:
        return None
    requests = sum(max(word.count, word.busy) for word in fresh)
    slow = sum(word.slow for word in fresh)
    return Console(
        waiting=sum(word.busy for word in fresh),
        queue=max(max(word.queue, word.oldest if word.oldest > SLOW else 0.0) for word in fresh),
        timeouts=min(1.0, slow / requests) if requests else 0.0,
        load=sum(word.load for word in fresh),
    )
