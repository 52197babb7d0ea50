"""One mock that is tried for real: who asked for it, and what came of it, in Redis for 10 minutes.

Rule: nothing here is a row; when Redis forgets a trial, or is away, it is asked for again. Every
key has a life, and what lies in one has a size.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import orjson

from web.definitions.models import Definition
from web.platform import redis

KEPT = 10 * 60  # s that a result can be looked at
WAITS = 60  # s in which a worker takes the trial, or nobody does
JOB_TIMEOUT = 30  # s; the job bounds itself below it
MOST_DURATION = 10.0  # s in which the mock sends
MOST_SENDS = 5  # messages after which it stops, and that are shown
MOST_BYTES = 100_000  # of a result
NO_REDIS = "Redis does not answer just now, so nothing can be tried. Try again in a minute."
FORGOTTEN = "This trial is not kept any more: results last 10 minutes. Try again to see a new one."
AT_ONCE = "Another trial of this workspace is going on; there is one at a time. Wait for its end."
NOT_TAKEN = (
    f"No worker took it within {WAITS} s, so nothing was sent. Try again when the reporter process "
    "is running."
)
BROKEN_OFF = "The worker ended before it could tell what came of it. Try again."


class CannotTry(Exception):
    """There is no trial now; the text is a sentence that says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a worker is to try; the target's secrets stay in its row, sealed."""

    workspace: int  # ids of rows
    definition: int
    target: int
    text: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A send of the mock, or what happened to its connection, as the page shows it."""

    at: float  # Unix s
    label: str
    state: str  # of the badge
    message: str = ""
    address: str = ""  # topic or path
    latency: float | None = None  # s until it was acknowledged
    reason: str = ""
    facts: tuple[str, ...] = ()
    text: str = ""
    hex: str = ""
    base64: str = ""
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How far a trial is. ``state`` is waiting, running, done, or failed with ``problem``.

    ``until`` is the Unix second by which whoever has it must have said something new.
    """

    code: str
    target: str
    address: str
    source: str  # "version 3", or the text that is not saved
    seed: int
    until: float
    state: str = "waiting"
    problem: str = ""
    identity: str = ""
    has_connected: bool = False
    reason: str = ""  # why it is not connected, the latest
    sends: int = 0
    events: tuple[Event, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether there is something to wait for."""
        return self.state in ("waiting", "running")


def ask(
    definition: Definition, order: Order, *, target: str, address: str, source: str, now: float
) -> Trial:
    """Note a trial, which :func:`web.definitions.trial_jobs.run_trial` then takes.

    Raises:
        CannotTry: Another one of the workspace is going on, or Redis does not answer.
    """
    trial = Trial(
        code=str(uuid4()),
        target=target,
        address=address,
        source=source,
        seed=order.seed,
        until=now + WAITS,
    )
    try:
        if not redis.connection().set(_turn(order.workspace), trial.code, nx=True, ex=WAITS):
            raise CannotTry(AT_ONCE)
        redis.connection().set(_order(trial.code), orjson.dumps(asdict(order)), ex=WAITS - 1)
        keep(definition.code, trial)
    except redis.Unavailable as down:
        raise CannotTry(NO_REDIS) from down
    return trial


def take(code: str) -> Order | None:
    """Return the order of a trial, once; None when it waited too long or was taken.

    Raises:
        redis.Unavailable: Redis does not answer.
    """
    packed: Any = redis.connection().getdel(_order(code))
    if packed is None:
        return None
    order = Order(**orjson.loads(packed))
    redis.connection().set(_turn(order.workspace), code, ex=JOB_TIMEOUT)
    return order


def give_back(workspace: int) -> None:
    """Let the workspace's next trial begin."""
    redis.connection().delete(_turn(workspace))


def keep(definition: UUID, trial: Trial) -> None:
    """Put a trial where its page looks; payloads of one that is too large are left out.

    Raises:
        redis.Unavailable: Redis does not answer.
    """
    packed = orjson.dumps(asdict(trial))
    if len(packed) > MOST_BYTES:
        bare = tuple(
            replace(event, text="", hex="", base64="", is_cut=True) for event in trial.events
        )
        packed = orjson.dumps(asdict(replace(trial, events=bare)))
    redis.connection().set(_result(definition, trial.code), packed, ex=KEPT)


def kept(definition: UUID, code: UUID | str, *, now: float) -> Trial:
    """Return a trial of the definition; one that nobody goes on with has failed.

    Raises:
        CannotTry: Redis does not answer, or there is no such trial any more.
    """
    try:
        packed: Any = redis.connection().get(_result(definition, str(code)))
    except redis.Unavailable as down:
        raise CannotTry(NO_REDIS) from down
    if packed is None:
        raise CannotTry(FORGOTTEN)
    stored = orjson.loads(packed)
    stored["events"] = tuple(Event(**event) for event in stored["events"])
    trial = Trial(**stored)
    if trial.is_live and now > trial.until:
        told = NOT_TAKEN if trial.state == "waiting" else BROKEN_OFF
        return replace(trial, state="failed", problem=told)
    return trial


def _turn(workspace: int) -> str:
    return f"mocklot:trial:turn:{workspace}"


def _order(code: str) -> str:
    return f"mocklot:trial:order:{code}"


def _result(definition: UUID, code: str) -> str:
    return f"mocklot:trial:result:{definition}:{code}"
