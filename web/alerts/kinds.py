"""What can be watched: one line for each kind of rule, with its words, units and first values.

Rule: pure; the forms, the judges and the reference of users are made from this table.
"""

from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """What a rule looks at."""

    RUN = "run"
    WORKSPACE = "workspace"
    SERVICE = "service"


class Remedy(StrEnum):
    """What a rule may do by itself when it opens an incident."""

    NONE = ""
    SHARD = "restart_shard"
    RUN = "restart_run"
    STOP = "stop_run"


REMEDIES = {
    Remedy.NONE: "Nothing",
    Remedy.SHARD: "Restart the shards concerned",
    Remedy.RUN: "Restart the run",
    Remedy.STOP: "Stop the run",
}
LIVE_REMEDIES = (Remedy.NONE, Remedy.SHARD, Remedy.RUN, Remedy.STOP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of rule; times in s. ``unit`` is of its limit; empty: it has none."""

    word: str
    title: str
    text: str  # a sentence for the form
    subject: Subject = Subject.RUN
    unit: str = ""
    limit: float = 0.0
    most: float = 1e6  # of the limit
    hold: float = 0.0  # that it has to be so before it counts
    window: float = 0.0  # that counts are taken over; 0: it takes none
    least: int = 0  # sends in the window below which a share says nothing; 0: it takes none
    remedies: tuple[Remedy, ...] = (Remedy.NONE,)
    is_first: bool = False  # part of a new watch


HOUR = 3_600.0
DAY = 24 * HOUR

_RUN = (
    Kind(
        word="silent",
        title="Nothing sent",
        text="No mock of a running run has sent anything for this long.",
        unit="s",
        limit=60.0,
        most=7 * DAY,
        remedies=LIVE_REMEDIES,
        is_first=True,
    ),
    Kind(
        word="failures",
        title="Failures",
        text="More than this share of the sends in the window failed.",
        unit="%",
        limit=5.0,
        most=100.0,
        hold=30.0,
        window=60.0,
        least=100,
        remedies=LIVE_REMEDIES,
        is_first=True,
    ),
    Kind(
        word="lateness",
        title="Late sends",
        text="The 99th percentile of lateness, scheduled to sent, over the last seconds.",
        unit="s",
        limit=1.0,
        most=HOUR,
        hold=30.0,
        remedies=LIVE_REMEDIES,
    ),
    Kind(
        word="limited",
        title="Generator-limited",
        text="A tower could not keep up, so that the run says more about it than about the target.",
        window=60.0,
        hold=10.0,
        remedies=LIVE_REMEDIES,
    ),
    Kind(
        word="unconnected",
        title="Not all connected",
        text="Mocks that should be on line are not, this long after they were switched on.",
        unit="s",
        limit=60.0,
        most=DAY,
        hold=30.0,
        remedies=LIVE_REMEDIES,
        is_first=True,
    ),
    Kind(
        word="ended",
        title="Ended early",
        text="A run failed, was cut off, or missed a threshold. Over when a later run of its lot "
        "is under way or went well.",
        remedies=(Remedy.NONE, Remedy.RUN),
        is_first=True,
    ),
    Kind(
        word="dropped",
        title="Records dropped",
        text="More records than this could not be stored within the window.",
        unit="records",
        limit=0.0,
        most=1e9,
        window=5 * 60.0,
    ),
    Kind(
        word="no_data",
        title="No data",
        text="No tower has told anything about a running run for this long: nobody knows how it "
        "goes.",
        unit="s",
        limit=60.0,
        most=DAY,
        remedies=LIVE_REMEDIES,
        is_first=True,
    ),
)
_WORKSPACE = (
    Kind(
        word="quota",
        title="Quota nearly used up",
        text="One of the workspace's limits is used to this share.",
        subject=Subject.WORKSPACE,
        unit="%",
        limit=80.0,
        most=100.0,
    ),
    Kind(
        word="storage",
        title="Log storage nearly full",
        text="Logs fill this share of what the retention allows; older ones are removed next.",
        subject=Subject.WORKSPACE,
        unit="%",
        limit=90.0,
        most=100.0,
    ),
    Kind(
        word="refused",
        title="A scheduled start was refused",
        text="A schedule could not start its run in the last day. Over when it starts one, or is "
        "paused.",
        subject=Subject.WORKSPACE,
    ),
)
_SERVICE = (
    Kind(
        word="queue",
        title="Jobs wait",
        text="The oldest job of a queue has waited for this long.",
        subject=Subject.SERVICE,
        unit="s",
        limit=120.0,
        hold=30.0,
    ),
    Kind(
        word="towers",
        title="Shards wait for a tower",
        text="A shard has been wanted for this long and no tower took it.",
        subject=Subject.SERVICE,
        unit="s",
        limit=60.0,
        hold=15.0,
    ),
    Kind(
        word="dead_towers",
        title="Dead towers",
        text="More towers than this were lost within 15 minutes; others went on with their shards.",
        subject=Subject.SERVICE,
        unit="towers",
        limit=2.0,
    ),
    Kind(
        word="mail",
        title="Mails wait",
        text="The oldest mail that is due has waited for this long.",
        subject=Subject.SERVICE,
        unit="s",
        limit=900.0,
    ),
    Kind(
        word="mail_quota",
        title="Mail quota nearly used up",
        text="This share of the month's mails has been sent.",
        subject=Subject.SERVICE,
        unit="%",
        limit=80.0,
    ),
    Kind(
        word="connections",
        title="Database connections",
        text="This share of the database's connections is taken.",
        subject=Subject.SERVICE,
        unit="%",
        limit=85.0,
        hold=30.0,
    ),
    Kind(
        word="redis_memory",
        title="Redis memory",
        text="This share of the memory that Redis may take is full.",
        subject=Subject.SERVICE,
        unit="%",
        limit=80.0,
        hold=30.0,
    ),
    Kind(
        word="part",
        title="A part does not answer",
        text="The database, Redis or the object store does not answer.",
        subject=Subject.SERVICE,
        hold=20.0,
    ),
    Kind(
        word="clock",
        title="The clock is silent",
        text="The clock has not beaten for this long; told by whoever asks /readyz.",
        subject=Subject.SERVICE,
        unit="s",
        limit=60.0,
    ),
    Kind(
        word="scaling",
        title="Dynos cannot be scaled",
        text="The platform has not said or done what the scaler asked for this long.",
        subject=Subject.SERVICE,
        unit="s",
        limit=600.0,
    ),
    Kind(
        word="platform",
        title="The platform has an incident",
        text="The platform says of one of its systems that it is down (red).",
        subject=Subject.SERVICE,
    ),
)

KINDS = {kind.word: kind for kind in (*_RUN, *_WORKSPACE, *_SERVICE)}
CHOICES = [(kind.word, kind.title) for kind in KINDS.values()]
OF_WATCHES = tuple(kind for kind in KINDS.values() if kind.subject != Subject.SERVICE)
OF_SERVICE = tuple(kind for kind in KINDS.values() if kind.subject == Subject.SERVICE)
