"""From what was measured to the states of the components: one table of conditions.

Rule: pure. A condition whose fact could not be looked at makes its component "not known", unless
something else says that it is worse; one that says "if told" is left out where nothing is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from web.alerts.kinds import KINDS
from web.status.states import COMPONENTS, RANKS, State

Facts = Mapping[str, float | None]
"""``kind:name`` -> the level of it, as ``web.alerts.service`` measures it; None: not known."""

HALF_AN_HOUR = 30 * 60.0  # s
TEN_MINUTES = 10 * 60.0  # s
AN_HOUR = 60 * 60.0  # s
ALL = 100.0  # percent of the month's mails


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What makes a component degraded or down: a fact that is above a limit of its unit."""

    fact: str
    words: str  # a sentence for everybody
    degraded: float = inf
    down: float = inf
    is_if_told: bool = False

    def state(self, facts: Facts) -> State:
        """Return what the fact says."""
        value = facts.get(self.fact)
        if value is None:
            is_left_out = self.is_if_told and self.fact not in facts
            return State.UP if is_left_out else State.UNKNOWN
        if value > self.down:
            return State.DOWN
        return State.DEGRADED if value > self.degraded else State.UP


@dataclass(frozen=True, slots=True)
class Judged:
    """A component's state and a sentence for it; empty while it is up."""

    state: State
    words: str = ""


NOT_KNOWN = "It could not be looked at."


def part(name: str, words: str, *, is_down: bool) -> Condition:
    """Return what follows from a part that does not answer: down, or degraded."""
    degraded, down = (inf, 0.0) if is_down else (0.0, inf)
    return Condition(fact=f"part:{name}", words=words, degraded=degraded, down=down)


def database(words: str) -> Condition:
    return part("database", f"The database does not answer: {words}", is_down=True)


def redis(words: str, *, is_down: bool = False) -> Condition:
    return part("redis", f"Redis does not answer: {words}", is_down=is_down)


def storage(words: str, *, is_down: bool = True) -> Condition:
    return part("storage", f"The object store does not answer: {words}", is_down=is_down)


def queue(name: str, words: str) -> Condition:
    limit = KINDS["queue"].limit
    return Condition(fact=f"queue:{name}", degraded=limit, down=HALF_AN_HOUR, words=words)


def site(words: str) -> Condition:
    return Condition(fact="site:healthz", down=0.0, words=words, is_if_told=True)


CONDITIONS: dict[str, tuple[Condition, ...]] = {
    "console": (
        database("nobody can sign in."),
        site("The console does not answer at its address."),
        redis("live figures are missing."),
    ),
    "starting": (
        database("no run can be started."),
        storage("no run can be started."),
        redis("what is started waits until it is back.", is_down=True),
        Condition(
            fact="waiting:new",
            degraded=KINDS["towers"].limit,
            down=TEN_MINUTES,
            words="Runs that were started wait for towers.",
        ),
    ),
    "mocks": (
        database("runs go on without being kept, and may be cut off."),
        redis("runs go on, their live figures are missing."),
        Condition(
            fact="waiting:begun",
            degraded=KINDS["towers"].limit,
            down=TEN_MINUTES,
            words="Mocks of runs that go on wait for a tower.",
        ),
        Condition(
            fact="dead_towers:towers",
            degraded=KINDS["dead_towers"].limit,
            words="Several towers were lost; others go on with their mocks.",
        ),
    ),
    "logs": (
        database("logs cannot be searched."),
        storage("logs can neither be kept nor read."),
        queue("drains", "Drains are behind."),
    ),
    "reports": (
        database("reports can neither be made nor fetched."),
        storage("reports can neither be made nor fetched."),
        redis("new reports wait until it is back."),
        queue("reports", "Reports wait before they are made."),
    ),
    "mail": (
        database("no mail goes out."),
        redis("mails may be late."),
        queue("mail", "Mails wait before they are sent."),
        Condition(
            fact="mail:mail",
            degraded=KINDS["mail"].limit,
            down=AN_HOUR,
            words="Mails wait in the outbox.",
        ),
        Condition(
            fact="mail_quota:month",
            degraded=ALL - 0.01,  # what is sent last brings it to 100
            words="The month’s mails are used up; all but the urgent ones wait.",
            is_if_told=True,
        ),
    ),
    "api": (
        database("the API refuses everything."),
        site("The API does not answer at its address."),
        redis("runs that are started by it wait."),
        storage("runs cannot be started by it.", is_down=False),
    ),
    "watching": (
        database("nothing is judged."),
        redis("levels of queues are not known, and people may be told late."),
        queue("notices", "People are told late."),
        Condition(
            fact="clock:clock",
            down=KINDS["clock"].limit,
            words="The clock is silent: nothing is judged, and nobody is told.",
            is_if_told=True,
        ),
    ),
}


def judge(facts: Facts) -> dict[str, Judged]:
    """Return how each component is, by its word."""
    return {each.word: judge_one(CONDITIONS[each.word], facts) for each in COMPONENTS}


def judge_one(conditions: tuple[Condition, ...], facts: Facts) -> Judged:
    """Return the worst that the conditions say, with the sentence of the first that says it."""
    found = [(each.state(facts), each.words) for each in conditions]
    state, words = max(found, key=lambda each: RANKS[each[0]])
    if state == State.UP:
        return Judged(state)
    return Judged(state, NOT_KNOWN if state == State.UNKNOWN else words)


def worse(known: Judged, told: Judged) -> Judged:
    """Return the worse of two; the first where both are alike."""
    return told if RANKS[told.state] > RANKS[known.state] else known
