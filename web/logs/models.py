"""The index of the send log, and what workspaces decided about how long logs are kept."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.runs.models import Run, Shard

DAYS = 90  # that logs are kept where nobody decided
MOST_DAYS = 3_650
MOST_GIGABYTES = 1_000_000


class Chunk(models.Model):
    """A Parquet object with records of one shard, sorted by mock and time.

    ``number`` to ``through`` are what its tower called it; of one that was merged from several
    leases they are those of the last lease. What the columns ``kinds`` to ``reasons`` name is
    written by ``web.logs.index.listed``; None: anything may be in there.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="chunks")
    shard = models.ForeignKey(Shard, models.CASCADE, related_name="chunks")
    fence = models.PositiveIntegerField()
    number = models.PositiveIntegerField()  # within the lease
    through = models.PositiveIntegerField(
        default=0
    )  # number of the last one that is merged into it
    parts = models.PositiveIntegerField(default=1)  # chunks of towers that it is made of
    is_loose = models.BooleanField(default=False)  # small, and to be merged with its neighbours
    key = models.CharField(max_length=300, unique=True)
    size = models.PositiveBigIntegerField()  # bytes
    footer = models.PositiveIntegerField(default=0)  # bytes of the footer; 0: not known
    rows = models.PositiveIntegerField()
    sends = models.PositiveIntegerField()
    acknowledged = models.PositiveIntegerField(null=True)
    failed = models.PositiveIntegerField()
    first = models.DateTimeField()  # of the earliest record
    last = models.DateTimeField()
    first_mock = models.PositiveIntegerField(null=True)  # numbers in the run
    last_mock = models.PositiveIntegerField(null=True)
    kinds = models.TextField(null=True)  # noqa: DJ001 (empty is "none", null is "not known")
    messages = models.TextField(null=True)  # noqa: DJ001
    statuses = models.TextField(null=True)  # noqa: DJ001
    reasons = models.TextField(null=True)  # noqa: DJ001

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["run", "last"], name="chunks_by_time"),
            models.Index(fields=["shard", "last"], name="chunks_of_a_shard"),
            models.Index(
                fields=["shard"], condition=models.Q(is_loose=True), name="chunks_to_merge"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shard", "fence", "number"], name="chunk_once"),
            models.CheckConstraint(
                condition=models.Q(through__gte=models.F("number")), name="chunk_numbers_rise"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Spent(models.Model):
    """An object that no index row names any more; the clock deletes it after ``after``."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="spent_chunks")
    key = models.CharField(max_length=300, unique=True)
    after = models.DateTimeField(db_index=True)


class Reader(models.Model):
    """Somebody goes through a run's whole log: until ``until`` no object of it is deleted."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="log_readers")
    until = models.DateTimeField()


class RunLog(models.Model):
    """What became of a run's log beside its chunks."""

    run = models.OneToOneField(Run, models.CASCADE, related_name="log")
    removed_until = models.DateTimeField(null=True)  # what is older was deleted by the retention
    removed_bytes = models.PositiveBigIntegerField(default=0)
    removed_at = models.DateTimeField(null=True)
    swept_at = models.DateTimeField(null=True)  # objects without a row were looked for


class Retention(models.Model):
    """How long, and how much, a workspace keeps of its logs; None: without a limit."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="retention")
    days = models.PositiveIntegerField(
        null=True,
        blank=True,
        default=DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
    )
    gigabytes = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_GIGABYTES)],
    )
    changed = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")


class Hold(models.Model):
    """A run that may not be deleted, and whose log does not expire, until somebody ends it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="holds")
    reason = models.CharField(max_length=500)
    begun = models.DateTimeField(default=timezone.now, editable=False)
    begun_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    ended = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-begun", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run"], condition=models.Q(ended=None), name="one_hold_at_a_time"
            )
        ]
