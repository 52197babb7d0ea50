"""Two small worlds, a second a step: a console that is overloaded, and towers that are stormed.

Rule: pure and exact; the same rule gives the same figures on every machine.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from web.scaling import needs
from web.scaling.rule import Inputs

BOOT = 30  # s that a new dyno takes
PATIENCE = 30.0  # s after which a request has timed out
GIVEN_UP = 60.0  # s after which nobody works on it any more
THREADS = 10  # of a console's dyno
SERVICE = 0.5  # s of work of a request: a dyno answers 20 a second
RATE = THREADS / SERVICE  # requests/s of a dyno
TOWER = 9_000  # mocks of a worker
MESSAGES = 1.0  # a second of a mock

Rule = Callable[[Inputs, float], int]  # what is known, and what was done in the last second


@dataclass(slots=True)
class Dynos:
    """Those that work, and those that boot."""

    quantity: int
    ready: int = 0
    booting: deque[int] = field(default_factory=deque)  # moments at which each is ready

    def __post_init__(self) -> None:
        self.ready = self.quantity

    def step(self, t: int) -> None:
        """Let those work that have booted by ``t`` s."""
        while self.booting and self.booting[0] <= t:
            self.booting.popleft()
            self.ready += 1

    def scale(self, quantity: int, t: int) -> None:
        """Have so many: new ones boot; those that boot go first."""
        while self.quantity > quantity:
            self.quantity -= 1
            if self.booting:
                self.booting.pop()
            else:
                self.ready -= 1
        while self.quantity < quantity:
            self.quantity += 1
            self.booting.append(t + BOOT)


@dataclass(slots=True)
class Story:
    """What happened, a value a second; ``done`` is what throughput is measured by."""

    dynos: list[int] = field(default_factory=list)
    work: list[float] = field(default_factory=list)  # requests that came; mocks that are to be on
    done: list[float] = field(default_factory=list)  # requests answered in time; mocks that are on

    @property
    def lost(self) -> float:
        """What was not done, as a share of the work, 0 to 1."""
        return 1 - sum(self.done) / sum(self.work) if sum(self.work) else 0.0

    @property
    def hours(self) -> float:
        """Dyno-hours."""
        return sum(self.dynos) / 3_600

    def whole_after(self, begin: int) -> int | None:
        """Return how many s after ``begin`` all of the work is done for a minute; None: never."""
        for t in range(begin, len(self.work) - 60):
            span = slice(t, t + 60)
            if sum(self.done[span]) >= 0.98 * sum(self.work[span]):
                return t - begin
        return None


def disaster(rule: Rule, *, every: int, seconds: int = 3_600) -> Story:
    """Return what becomes of a console whose database is slow from 10 to 20 minutes on.

    120 requests come each second. While the database is slow a request takes five times as long.
    They are answered in order; one that waited for 30 s has timed out, but is worked on all the
    same, for a dyno does not know that the router has given up.

    Args:
        rule: Says how many dynos there are to be.
        every: s between two questions to it.
        seconds: How long the story is.
    """
    dynos, story, queue = Dynos(10), Story(), deque[list[float]]()
    for t in range(seconds):
        dynos.step(t)
        came, speed = 120.0, 0.2 if 600 <= t < 1_200 else 1.0
        queue.append([float(t), came])
        good, bad = _answer(queue, dynos.ready * RATE * speed, t)
        story.dynos.append(dynos.quantity)
        story.work.append(came)
        story.done.append(good)
        if t % every == 0:
            dynos.scale(rule(_console(dynos, queue, good, bad, speed, t=t), good), t)
    return story


def _answer(queue: deque[list[float]], room: float, t: int) -> tuple[float, float]:
    """Answer what there is room for; return how many in time, and how many were lost."""
    good = bad = 0.0
    while queue and t - queue[0][0] > GIVEN_UP:
        bad += queue.popleft()[1]
    while queue and room > 0:
        since, count = queue[0]
        taken = min(count, room)
        room -= taken
        if t - since <= PATIENCE:
            good += taken
        else:
            bad += taken
        queue[0][1] -= taken
        if queue[0][1] <= 0:
            queue.popleft()
    return good, bad


def _console(
    dynos: Dynos, queue: deque[list[float]], good: float, bad: float, speed: float, *, t: int
) -> Inputs:
    waiting = sum(count for _, count in queue)
    busy = min(dynos.ready * THREADS, waiting + (good + bad) * SERVICE / speed)
    return Inputs(
        at=float(t),
        quantity=dynos.quantity,
        needed=needs.consoles(busy, threads=THREADS),
        lateness=t - queue[0][0] if queue else 0.0,
        timeouts=bad / (good + bad) if good + bad else 0.0,
    )


def crowd(rule: Rule, *, every: int, seconds: int = 7_200, mocks: int = 50_000) -> Story:
    """Return what becomes of ``mocks`` that all want to be on at 60 s, and go at 3,600 s.

    A tower holds 9,000 of them, each sends one message a second; one worker is there before.
    """
    dynos, story = Dynos(1), Story()
    since: int | None = None
    for t in range(seconds):
        dynos.step(t)
        wished = mocks if 60 <= t < 3_600 else 0
        on = min(wished, dynos.ready * TOWER)
        since = None if on == wished else (since if since is not None else t)
        story.dynos.append(dynos.quantity)
        story.work.append(wished)
        story.done.append(on)
        if t % every == 0:
            inputs = Inputs(
                at=float(t),
                quantity=dynos.quantity,
                needed=needs.workers(
                    wished, wished * MESSAGES, most_mocks=TOWER, most_messages=40_000.0
                ),
                wanted=ceil((wished - on) / 1_000),
                leased=ceil(on / 1_000),
                age=0.0 if since is None else float(t - since),
            )
            dynos.scale(rule(inputs, on * MESSAGES), t)
    return story
