"""Several messages of one mock in one request: when it is full, and what its body is.

Rule: the order of messages that go to the same place is kept; told the time.
"""

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from math import inf
from typing import Generic, TypeAlias, TypeVar

from simulator.errors import DefinitionError
from simulator.lot.http import Together

# More than what fills two requests waits for a target that is too slow.
FULL_ONES = 2

Item = TypeVar("Item")
Place: TypeAlias = Hashable  # what messages must have in common: method, address, headers

_TYPES = {"array": "application/json", "lines": "application/x-ndjson"}


class _Group(Generic[Item]):
    """Those that go to one place, the oldest first."""

    __slots__ = ("size", "waiting")

    def __init__(self) -> None:
        self.waiting: deque[tuple[Item, int, float]] = deque()  # with its bytes, since when (s)
        self.size = 0  # bytes of all

    def pop(self) -> tuple[Item, float]:
        item, size, since = self.waiting.popleft()
        self.size -= size
        return item, since


class Gathered(Generic[Item]):
    """The messages of one mock that wait for more of their kind."""

    __slots__ = ("_count", "_groups", "_rule")

    def __init__(self, rule: Together) -> None:
        self._rule = rule
        self._groups: dict[Place, _Group[Item]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def limit(self) -> int:
        """How many may wait."""
        return FULL_ONES * self._rule.count

    @property
    def age(self) -> float:
        """How long one waits for others at most, s."""
        return self._rule.age

    def add(self, place: Place, item: Item, *, size: int, since: float) -> None:
        """Let one more wait. ``size`` is that of its payload in bytes."""
        group = self._groups.get(place)
        if group is None:
            group = self._groups[place] = _Group()
        group.waiting.append((item, size, since))
        group.size += size
        self._count += 1

    def take(self, now: float, *, is_last: bool = False) -> list[tuple[Item, float]]:
        """Take out what makes the next request, each with the moment since which it waited;
        nothing when none is full or old enough.

        ``is_last``: nothing more is to come, so what there is makes one.
        """
        for place, group in self._groups.items():
            if is_last or self._is_full(group) or now >= group.waiting[0][2] + self._rule.age:
                return self._taken(place, group)
        return []

    def _is_full(self, group: _Group[Item]) -> bool:
        return len(group.waiting) >= self._rule.count or group.size >= self._rule.max_bytes

    def _taken(self, place: Place, group: _Group[Item]) -> list[tuple[Item, float]]:
        taken: list[tuple[Item, float]] = []
        total = 0
        while group.waiting and len(taken) < self._rule.count:
            total += group.waiting[0][1]
            if taken and total > self._rule.max_bytes:
                break
            taken.append(group.pop())
        self._close(place, group, len(taken))
        return taken

    def _close(self, place: Place, group: _Group[Item], taken: int) -> None:
        self._count -= taken
        if not group.waiting:
            del self._groups[place]

    def due(self) -> float:
        """The moment at which the first of them is old enough, s; inf when none waits."""
        oldest = (group.waiting[0][2] for group in self._groups.values())
        return min(oldest, default=inf) + self._rule.age

    def expire(self, now: float, limit: float) -> list[Item]:
        """Take out those that could have gone ``limit`` seconds ago."""
        expired: list[Item] = []
        before = now - self._rule.age - limit
        for place, group in list(self._groups.items()):
            begun = len(expired)
            while group.waiting and group.waiting[0][2] <= before:
                expired.append(group.pop()[0])
            self._close(place, group, len(expired) - begun)
        return expired

    def drain(self) -> list[tuple[Item, float]]:
        """Take out all of them in their order, each with the moment since which it waited."""
        waiting = [each for group in self._groups.values() for each in group.waiting]
        self._groups.clear()
        self._count = 0
        return [(item, since) for item, _, since in sorted(waiting, key=lambda each: each[2])]


def check_fits(rule: Together, payload: bytes, headers: Mapping[str, str] | None) -> None:
    """Refuse a message that cannot share a request.

    Raises:
        DefinitionError: its payload is compressed, or is not what the format is made of.
    """
    own = {name.lower(): value for name, value in (headers or {}).items()}
    if "content-encoding" in own:
        raise DefinitionError("a message that is compressed cannot share a request with others")
    if rule.format == "concatenated":
        return
    kind = own.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise DefinitionError(f"a request of several messages takes JSON, this one is {kind[:80]}")
    if rule.format == "lines" and b"\n" in payload:
        raise DefinitionError("a request of lines takes no message with a line break")


def joined(rule: Together, payloads: Sequence[bytes]) -> bytes:
    """Return the body of a request that has these messages."""
    if rule.format == "array":
        return b"[%b]" % b",".join(payloads)
    if rule.format == "lines":
        return b"\n".join([*payloads, b""])
    return b"".join(payloads)


def content_type(rule: Together) -> str:
    """Return the type of such a body; empty: that of its messages."""
    return _TYPES.get(rule.format, "")
