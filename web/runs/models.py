"""Runs and their shards: the truth about what towers do.

Rule: whatever a tower writes names the fence of its lease, and changes nothing when that is stale.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils import timezone

import simulator
from web.accounts.models import User, Workspace
from web.lots.models import Lot
from web.platform.words import flow

NO_ITEMS = models.Value([], models.JSONField())
NO_WORDS = models.Value({}, models.JSONField())


class RunState(models.TextChoices):
    QUEUED = "queued", "Queued"
    STARTING = "starting", "Starting"
    RUNNING = "running", "Running"
    STOPPING = "stopping", "Stopping"
    FINISHED = "finished", "Finished"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"
    CUT_OFF = "cut_off", "Cut off"


LIVE = (RunState.QUEUED, RunState.STARTING, RunState.RUNNING, RunState.STOPPING)
ENDED = tuple(state for state in RunState if state not in LIVE)


class Run(models.Model):
    """One execution of a lot, from the immutable ``lot.json`` in the object store."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="runs")
    lot = models.ForeignKey(Lot, models.SET_NULL, null=True, related_name="runs")
    name = models.CharField(max_length=120)  # the lot's, when it was started
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)

    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.QUEUED)
    reason = models.CharField(max_length=500, blank=True)  # why it is in this state, a sentence
    started_at = models.DateTimeField(null=True)  # t = 0 for every shard: the first lease
    ended_at = models.DateTimeField(null=True)
    stop_requested = models.DateTimeField(null=True)
    abort_requested = models.DateTimeField(null=True)  # nothing is waited for, from then on
    paused = models.DateTimeField(null=True)  # since when nothing is sent, until it is resumed
    deleted = models.DateTimeField(null=True)  # gone for people; its objects follow by a job

    # What lot.json says, for lists and pages that need not read it.
    mocks = models.PositiveIntegerField()
    duration = models.DurationField()
    longest = models.DurationField(null=True)  # since its start, then it is stopped; None: no limit
    ramp = models.DurationField(default=timedelta)
    seed = models.PositiveBigIntegerField()
    target = models.CharField(max_length=300)  # mqtts://broker.example:8883
    tags = models.CharField(max_length=400, blank=True)  # the lot's, as web.lots.tags packs them
    parts = models.JSONField(default=list)  # [{name, first, count, statuses}], the lot's own
    # New columns have a default in the database, so that processes of the release before can go on
    # starting runs. These are mocks beyond the lot, as simulator.Addition.
    additions = models.JSONField(default=list, db_default=NO_ITEMS)
    # How many are to be on when: {own, corners, counts}, as simulator.Presence; {}: not known.
    presence = models.JSONField(default=dict, db_default=NO_WORDS)
    thresholds = models.JSONField(default=list)  # as simulator.Threshold reads them
    faults = models.JSONField(default=list)  # those of the lot, in its own words
    # How the target tells what has arrived: subscription or counter; empty: it does not.
    way_back = models.CharField(max_length=12, blank=True)
    # That its target names, as simulator.host_in reads them.
    hosts = models.JSONField(default=list, db_default=NO_ITEMS)
    # Nobody proved whose they are: it is held, to so many messages/s whatever it is ordered, and by
    # the addresses that its host stood for when it began.
    is_unproved = models.BooleanField(default=False, db_default=False)
    unproved_rate = models.FloatField(null=True)
    addresses = models.JSONField(default=list, db_default=NO_ITEMS)

    # Written once, when the last shard is done.
    due = models.PositiveBigIntegerField(default=0)
    sent = models.PositiveBigIntegerField(default=0)  # where nothing acknowledges
    acknowledged = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    dropped = models.PositiveBigIntegerField(default=0)  # records that no chunk could take
    bytes = models.PositiveBigIntegerField(default=0)  # of payload
    p50 = models.FloatField(null=True)  # s, of acknowledgement
    p99 = models.FloatField(null=True)  # s
    peak_rate = models.FloatField(null=True)  # messages/s, the best single second
    lateness_p99 = models.FloatField(null=True)  # s, sent after scheduled
    generator_limited = models.BooleanField(default=False)
    rulings = models.JSONField(default=list)  # of its thresholds: [{text, measured, words, kept}]
    limited = models.JSONField(null=True)  # since when, how late, which tower: simulator.Limited

    class Meta:
        ordering: ClassVar = ["-created"]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created"], name="runs_of_a_workspace"),
            models.Index(fields=["state"], name="runs_by_state"),
            models.Index(
                fields=["deleted"],
                condition=models.Q(deleted__isnull=False),
                name="runs_to_be_removed",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=RunState.values), name="run_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("runs:detail", args=[self.workspace.code, self.code])

    @property
    def tag_list(self) -> list[str]:
        """Its tags, sorted."""
        return self.tags.split()

    @property
    def is_live(self) -> bool:
        """Whether it may still change by itself."""
        return self.state in LIVE

    @property
    def has_positions(self) -> bool:
        """Whether any of its definitions says where a mock is."""
        return any(part.get("position") for part in self.parts)

    @property
    def is_orderable(self) -> bool:
        """Whether its mocks obey orders: it has begun, and nobody has stopped it."""
        return self.is_live and self.started_at is not None and self.stop_requested is None

    def part_of(self, mock: int) -> dict[str, Any]:
        """Return what is known of the part that a mock follows; {}: there is no such mock."""
        for part in self.parts:
            if 0 <= mock - part.get("first", 0) < part.get("count", 0):
                return part  # type: ignore[no-any-return]
        for more in self.additions:
            if 0 <= mock - more["first"] < more["count"]:
                return self.parts[more["part"]]  # type: ignore[no-any-return]
        return {}

    @property
    def verdict(self) -> str:
        """passed or failed, by its thresholds; empty where it has none or is not over."""
        if not self.rulings:
            return ""
        return "passed" if all(ruling["kept"] for ruling in self.rulings) else "failed"

    @property
    def ends_at(self) -> datetime | None:
        """When the last send is due; None before the start."""
        return self.started_at + self.duration if self.started_at else None

    @property
    def prefix(self) -> str:
        """The beginning of the keys of everything that this run keeps in the object store."""
        return f"workspaces/{self.workspace.code}/runs/{self.code}/"

    @property
    def lot_key(self) -> str:
        """The key of the snapshot that its towers read."""
        return f"{self.prefix}lot.json"


class Injection(models.Model):
    """A fault that somebody put into a run by hand while it ran.

    ``fault`` is as the simulator's ``fault_of`` reads it. It begins ``since`` s after the run's
    start (and what the fault's own ``at`` says later), the same moment in every shard.
    """

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    run = models.ForeignKey(Run, models.CASCADE, related_name="injections")
    fault = models.JSONField()
    since = models.FloatField()  # s of the run
    asked = models.DateTimeField(default=timezone.now, editable=False)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    ended = models.DateTimeField(null=True)  # when somebody ended it before its time
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["asked", "id"]

    def __str__(self) -> str:
        return str(self.fault.get("name") or self.fault.get("fault"))

    @property
    def words(self) -> str:
        """What it does, as it was asked for, but for its kind and name."""
        said = {word: value for word, value in self.fault.items() if word not in ("fault", "name")}
        return flow(said)


class Order(models.Model):
    """An order that somebody gave to a run while it ran.

    ``order`` is as the simulator's ``order_of`` reads it. It takes effect ``since`` s after the
    run's start, the same moment in every shard.
    """

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    run = models.ForeignKey(Run, models.CASCADE, related_name="orders")
    order = models.JSONField()
    since = models.FloatField()  # s of the run
    asked = models.DateTimeField(default=timezone.now, editable=False)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    words = models.CharField(max_length=200, blank=True)  # what gave it, where no person did
    ended = models.DateTimeField(null=True)  # when another took the place of one that lasts

    class Meta:
        ordering: ClassVar = ["asked", "id"]

    def __str__(self) -> str:
        return simulator.order_of(self.order).title

    @property
    def kind(self) -> str:
        """The word of the order."""
        return str(self.order.get("order"))

    @property
    def asker(self) -> str:
        """Who gave it, or what; empty where that person is gone."""
        return str(self.asked_by) if self.asked_by else self.words


class ShardState(models.TextChoices):
    WANTED = "wanted", "Wanted"
    LEASED = "leased", "Leased"
    DONE = "done", "Done"


class Outcome(models.TextChoices):
    """How a shard ended; the worst of them is how its run ended."""

    FINISHED = "finished", "Finished"
    STOPPED = "stopped", "Stopped"
    CUT_OFF = "cut_off", "Cut off"
    FAILED = "failed", "Failed"


class Shard(models.Model):
    """A slice of a run's mocks; the unit that is leased."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="shards")
    number = models.PositiveIntegerField()
    part = models.PositiveSmallIntegerField()  # index in the lot's parts
    first = models.PositiveIntegerField()  # number of its first mock
    count = models.PositiveIntegerField()

    state = models.CharField(max_length=6, choices=ShardState.choices, default=ShardState.WANTED)
    tower = models.CharField(max_length=120, blank=True)
    leased_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)  # rises with each lease
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    rate = models.FloatField(default=0.0)  # messages/s at most, as far as its definition tells

    # Of the tower that had it last, for the one that goes on.
    wanted_since = models.DateTimeField(default=timezone.now)
    lost = models.CharField(max_length=500, blank=True)  # why it was lost; empty: handed over
    heard = models.DateTimeField(null=True)  # its last word
    losses = models.PositiveSmallIntegerField(default=0)  # one after the other, since losses_since
    losses_since = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [models.Index(fields=["state", "leased_until"], name="shards_by_lease")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "number"], name="shard_number_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=ShardState.values), name="shard_state_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ShardState.LEASED) | models.Q(leased_until__isnull=False),
                name="shard_lease_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"shard {self.number} of {self.run_id}"


class Checkpoint(models.Model):
    """What another tower needs to go on with a shard, some 10 s old while it is live.

    Written under the lease whose ``fence`` it names, in one transaction with the board.
    """

    shard = models.OneToOneField(Shard, models.CASCADE, related_name="checkpoint")
    fence = models.PositiveIntegerField()
    at = models.DateTimeField()
    data = models.BinaryField()  # as simulator.Snapshot.checkpoint


class HappeningKind(models.TextChoices):
    MOVED = "moved", "Moved"
    LOST = "lost", "Tower lost"
    WENT_ON = "went_on", "Went on"
    GIVEN_UP = "given_up", "Given up"


class Happening(models.Model):
    """Something that happened to a run, for its timeline; not to single mocks."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="happenings")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=12, choices=HappeningKind.choices)
    shard = models.PositiveIntegerField(null=True)  # its number; None: the whole run
    mocks = models.PositiveIntegerField(default=0)  # whom it struck
    tower = models.CharField(max_length=120, blank=True)
    words = models.CharField(max_length=500)  # a sentence

    class Meta:
        ordering: ClassVar = ["at", "id"]
        indexes: ClassVar = [models.Index(fields=["run", "at"], name="happenings_of_a_run")]

    def __str__(self) -> str:
        return self.words


class Worker(models.Model):
    """A worker process that runs towers, one after the other; written by its towers."""

    dyno = models.CharField(max_length=120, unique=True)  # worker.3
    process = models.CharField(max_length=120, blank=True)  # host and id; another one begins anew
    tower = models.CharField(max_length=120, blank=True)  # the last of its towers
    heard = models.DateTimeField()  # its last word
    mocks = models.PositiveIntegerField(default=0)  # that it holds
    room = models.PositiveIntegerField(default=0)  # for how many more
    is_draining = models.BooleanField(default=False)  # is to hand over all, and take no more

    class Meta:
        ordering: ClassVar = ["dyno"]

    def __str__(self) -> str:
        return self.dyno


class Board(models.Model):
    """The last state of a shard's mocks and its counts, at most 10 s old while it is live."""

    shard = models.OneToOneField(Shard, models.CASCADE, related_name="board")
    at = models.DateTimeField()
    data = models.BinaryField()  # as web.runs.boards packs it
    identities = models.BinaryField(default=bytes)  # the mocks' ids by row, zlib, a line each


class Series(models.Model):
    """An ended run over time, all shards in one, as coarse as its chart; kept for good."""

    run = models.OneToOneField(Run, models.CASCADE, related_name="series")
    data = models.BinaryField()  # as web.runs.series packs it


class Stretch(models.Model):
    """Some points of a live shard over time; gone once they are added to those of its run."""

    shard = models.ForeignKey(Shard, models.CASCADE, related_name="stretches")
    first = models.IntegerField()  # s since the run's start
    data = models.BinaryField()  # as web.runs.series packs it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shard", "first"], name="stretch_once"),
        ]


class Level(models.Model):
    """Some points of a run over time, all shards in one, as fine as its ``step``."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="levels")
    step = models.PositiveSmallIntegerField()  # s, one of web.runs.series.LEVELS
    first = models.IntegerField()  # s since the run's start
    at = models.DateTimeField()  # the same as a moment
    data = models.BinaryField()  # as web.runs.series packs it

    class Meta:
        indexes: ClassVar = [models.Index(fields=["step", "at"], name="levels_by_age")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "step", "first"], name="level_once"),
        ]

    def __str__(self) -> str:
        return f"{self.step} s from {self.first} s of {self.run_id}"
