"""Which sends have arrived: each is known again by its topic and payload.

Rule: told the time; memory is bounded, and what finds no room is counted as not followed, never as
missing.
"""

from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache, partial
from math import isnan

from simulator.behaviour.topics import matches
from simulator.recording import Second
from simulator.transports import Parcel

# Sends of a run that are remembered in a tower, until they arrived and their duplicates would have:
# some 50 MB, for they hold their payloads.
MAX_FOLLOWED = 100_000
MAX_ORDERS = 100_000  # topics of mocks whose order is watched, in a shard
MAX_TOPICS = 65_536  # of which it is remembered whether the filter means them


@dataclass(slots=True)
class Arrivals:
    """What arrived of one shard since it was asked last."""

    arrived: int = 0
    missing: int = 0
    duplicates: int = 0
    disordered: int = 0
    unfollowed: int = 0
    awaited: int = 0  # that may still arrive; it stays
    delays: list[float] = field(default_factory=list)  # s, from sending to arrival
    latest: dict[tuple[int, str], int] = field(default_factory=dict)  # sequence, by row and topic

    def put_into(self, second: Second) -> None:
        """Add what happened to ``second``, and begin anew."""
        for name in ("arrived", "missing", "duplicates", "disordered", "unfollowed"):
            setattr(second, name, getattr(second, name) + getattr(self, name))
            setattr(self, name, 0)
        second.end_to_end.record(self.delays)
        self.delays.clear()


@dataclass(slots=True, eq=False)
class _Followed:
    """One send, from before it is written until its duplicates are of no interest."""

    key: int
    parcel: Parcel
    arrivals: Arrivals
    until: float  # s
    is_over: bool = False  # it arrived, or was given up


class Following:
    """The sends of one run in a tower. Times are the clock's, s."""

    def __init__(self, topic_filter: str, *, within: float) -> None:
        """
        Args:
            topic_filter: What the observer subscribes; other sends are not followed.
            within: s after which what has not arrived is missing.
        """
        self._within = within
        self._is_meant = lru_cache(MAX_TOPICS)(partial(matches, topic_filter))
        self._is_on = False  # somebody is listening
        self._all: deque[_Followed] = deque()  # the oldest first
        self._awaited: dict[int, deque[_Followed]] = {}  # by key, the oldest first
        self._seen: dict[int, Arrivals] = {}  # of what arrived, for its duplicates

    def __len__(self) -> int:
        return len(self._all)

    def begin(self) -> None:
        """Somebody listens from now on."""
        self._is_on = True

    def end(self) -> None:
        """Nobody listens any more: what is awaited may have arrived or not, and is let go."""
        self._is_on = False
        for followed in self._all:
            if not followed.is_over:
                followed.arrivals.unfollowed += 1
                followed.arrivals.awaited -= 1
        self._all.clear()
        self._awaited.clear()
        self._seen.clear()

    def sending(self, parcel: Parcel, arrivals: Arrivals, now: float) -> None:
        """Follow a parcel; to be called before it is sent, for it may arrive at once."""
        if not self._is_meant(parcel.address):
            return
        if not self._is_on or not self._has_room():
            arrivals.unfollowed += 1
            return
        key = hash((parcel.address, parcel.payload))  # 64 bits; siphash, 0.2 us
        followed = _Followed(key, parcel, arrivals, now + self._within)
        self._all.append(followed)
        self._awaited.setdefault(key, deque()).append(followed)
        arrivals.awaited += 1

    def arrived(self, topic: str, payload: bytes, at: float) -> None:
        """Take note of a message; one that nobody here sent is somebody else's."""
        key = hash((topic, payload))
        awaited = self._awaited.get(key)
        if awaited is None:
            if key in self._seen:
                self._seen[key].duplicates += 1
            return
        followed = awaited.popleft()
        if not awaited:
            del self._awaited[key]
        followed.is_over = True
        arrivals = self._seen[key] = followed.arrivals
        arrivals.awaited -= 1
        arrivals.arrived += 1
        if not isnan(followed.parcel.sent):
            arrivals.delays.append(at - followed.parcel.sent)
        _watch_order(followed.parcel, arrivals)

    def expire(self, now: float) -> None:
        """Give up what was awaited long enough."""
        while self._all and self._all[0].until <= now:
            self._forget(self._all.popleft())

    def give_up(self, arrivals: Arrivals) -> None:
        """Await nothing of a shard any more, for it ends."""
        for followed in self._all:
            if followed.arrivals is arrivals and not followed.is_over:
                self._miss(followed)

    def let_go(self, arrivals: Arrivals) -> None:
        """Follow nothing of a shard any more, for it goes on elsewhere: it may arrive or not."""
        for followed in self._all:
            if followed.arrivals is arrivals and not followed.is_over:
                followed.is_over = True
                arrivals.awaited -= 1
                arrivals.unfollowed += 1
                awaited = self._awaited[followed.key]
                awaited.remove(followed)
                if not awaited:
                    del self._awaited[followed.key]

    def _has_room(self) -> bool:
        """Whether one more can be followed; what has arrived makes room for it."""
        if len(self._all) < MAX_FOLLOWED:
            return True
        if not self._all[0].is_over:
            return False
        self._forget(self._all.popleft())
        return True

    def _forget(self, followed: _Followed) -> None:
        self._seen.pop(followed.key, None)
        if not followed.is_over:
            self._miss(followed)

    def _miss(self, followed: _Followed) -> None:
        """What was written is missing; what never was is no business of the way back."""
        followed.is_over = True
        followed.arrivals.awaited -= 1
        followed.arrivals.missing += not isnan(followed.parcel.sent)
        awaited = self._awaited[followed.key]
        awaited.remove(followed)
        if not awaited:
            del self._awaited[followed.key]


def _watch_order(parcel: Parcel, arrivals: Arrivals) -> None:
    """Count an arrival after a later one of the same mock on the same topic (MQTT 3.1.1, 4.6)."""
    place = (parcel.row, parcel.address)
    latest = arrivals.latest.get(place, 0)
    if parcel.sequence < latest:
        arrivals.disordered += 1
    elif latest or len(arrivals.latest) < MAX_ORDERS:
        arrivals.latest[place] = parcel.sequence
