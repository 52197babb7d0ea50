"""Drains: where a workspace has the records of its runs sent to, and how far each one is.

Rule: whatever a job writes names the fence of its lease, and changes nothing when that is stale;
secrets lie here only sealed.
"""

from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.platform import secrets
from web.platform.sealed import SealedWords
from web.runs.models import Run

BEHIND = timedelta(minutes=1)  # from when on a drain is called behind


class Kind(models.TextChoices):
    """What is at the other end."""

    S3 = "s3", "S3 bucket"
    KINESIS = "kinesis", "Kinesis stream"
    CLOUDWATCH = "cloudwatch", "CloudWatch log group"
    HTTP = "http", "HTTP endpoint"


class Drain(models.Model):
    """One destination of a workspace's records, and which of them it takes."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="drains")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    settings = models.JSONField(default=dict)  # as the sender of its kind reads them; no secret
    sealed = SealedWords(default=dict, editable=False)  # word -> secret, sealed
    secrets_set = models.DateTimeField(null=True, editable=False)
    revision = models.PositiveIntegerField(default=1)  # rises when settings or filter change

    # Which records it takes; what is empty takes all.
    lots = models.ManyToManyField("lots.Lot", blank=True, related_name="drains")
    tags = models.CharField(max_length=400, blank=True)  # as web.lots.tags packs them; any of them
    events = models.JSONField(default=list, blank=True)
    results = models.JSONField(default=list, blank=True)
    share = models.FloatField(default=1.0)  # of the records that are no failures

    created = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    changed = models.DateTimeField(default=timezone.now)
    paused = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    paused_because = models.CharField(max_length=500, blank=True)  # a sentence; ours, not theirs

    # Who ships it now.
    fence = models.PositiveIntegerField(default=0)  # rises with each lease, pause and change
    leased_until = models.DateTimeField(null=True)
    asked = models.DateTimeField(null=True)  # when a job was put into the queue that has not begun
    next_try = models.DateTimeField(null=True)  # not before, after a failure
    attempts = models.PositiveIntegerField(default=0)  # failures in a row
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)  # a sentence
    last_error_at = models.DateTimeField(null=True)
    last_shipped_at = models.DateTimeField(null=True)

    shipped = models.PositiveBigIntegerField(default=0)  # records that were taken
    shipped_bytes = models.PositiveBigIntegerField(default=0)  # as they went out
    refused = models.PositiveBigIntegerField(default=0)  # records that were refused for good
    unkept = models.PositiveBigIntegerField(default=0)  # of these, without a dead letter
    lost = models.PositiveBigIntegerField(default=0)  # records that were gone from the log
    shards = models.PositiveIntegerField(null=True)  # of a Kinesis stream, as last seen

    test_asked = models.DateTimeField(null=True)
    test_at = models.DateTimeField(null=True)
    test_went_well = models.BooleanField(default=False)
    test_result = models.CharField(max_length=500, blank=True)  # a sentence

    class Meta:
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [models.Index(fields=["paused", "next_try"], name="drains_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="drain_name_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=Kind.values), name="drain_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(share__gt=0, share__lte=1), name="drain_share_in_range"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("drains:detail", args=[self.workspace.code, self.code])

    @property
    def prefix(self) -> str:
        """The beginning of the keys of what it keeps in our object store: its dead letters."""
        return f"workspaces/{self.workspace.code}/drains/{self.code}/"

    @property
    def secrets(self) -> dict[str, str]:
        """Its secrets in the clear, by word.

        Raises:
            SealBroken: They were sealed with a key that is gone.
        """
        return {word: secrets.unseal(text) for word, text in self.sealed.items()}

    @property
    def tag_list(self) -> list[str]:
        """The tags one of which a run must have, sorted; empty: none is needed."""
        return self.tags.split()

    @property
    def is_testing(self) -> bool:
        """Whether a test was asked for that nobody has made yet."""
        return self.test_asked is not None

    @property
    def takes_all(self) -> bool:
        """Whether every record of a chunk is its own, so that the chunk can go as it is."""
        return not self.events and not self.results and self.share >= 1

    def state(self, behind: timedelta) -> str:
        """Return paused, failing, behind or ok; ``behind`` is how old the oldest that waits is."""
        if self.paused:
            return "paused"
        if self.failing_since:
            return "failing"
        return "behind" if behind >= BEHIND else "ok"


NOWHERE = (0, -1, "", 0)  # the place of a shard of which nothing has gone out


class Progress(models.Model):
    """How far a drain is with one run.

    ``places`` says of each shard, by its row's id, ``[fence, number, part, rows]``: all that its
    towers stored up to that number of that lease has gone out, and of the chunk whose key is
    ``part`` its first ``rows`` records.
    """

    drain = models.ForeignKey(Drain, models.CASCADE, related_name="progress")
    run = models.ForeignKey(Run, models.CASCADE, related_name="+")
    places = models.JSONField(default=dict)
    is_asked = models.BooleanField(default=False)  # by hand, whatever the filter says
    is_done = models.BooleanField(default=False)  # the run has ended, and all of it has gone out
    shipped = models.PositiveBigIntegerField(default=0)  # records
    refused = models.PositiveBigIntegerField(default=0)  # records
    at = models.DateTimeField(default=timezone.now)  # last change

    class Meta:
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["drain", "run"], name="drain_run_once"),
        ]

    def __str__(self) -> str:
        return f"{self.drain} of run {self.run_id}"

    def begun(self, shard: int, key: str) -> int:
        """Return how many records of a shard's chunk have gone out, from its beginning."""
        _, _, part, rows = self.places.get(str(shard), NOWHERE)
        return int(rows) if part == key else 0

    def pass_by(self, shard: int, *, fence: int, number: int) -> None:
        """Put a shard's place behind a number of a lease."""
        self.places = {**self.places, str(shard): (fence, number, "", 0)}

    def enter(self, shard: int, *, key: str, rows: int) -> None:
        """Put a shard's place into a chunk, behind so many of its records."""
        fence, number, _, _ = self.places.get(str(shard), NOWHERE)
        self.places = {**self.places, str(shard): (fence, number, key, rows)}


class Letter(models.Model):
    """Records that the other end refused for good; they lie as JSON Lines in our object store."""

    class State(models.TextChoices):
        KEPT = "kept", "Kept"
        ASKED = "asked", "Being sent again"

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    drain = models.ForeignKey(Drain, models.CASCADE, related_name="letters")
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    run_name = models.CharField(max_length=120)  # stays when the run is gone
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=500)  # a sentence
    records = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()  # bytes of the object
    key = models.CharField(max_length=300, unique=True)
    state = models.CharField(max_length=5, choices=State.choices, default=State.KEPT)
    tries = models.PositiveIntegerField(default=0)  # that somebody asked for

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=["kept", "asked"]), name="letter_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.records} records of {self.run_name}"

    def get_absolute_url(self) -> str:
        return reverse("drains:letter", args=[self.drain.workspace.code, self.code])


class Point(models.Model):
    """How far behind a drain was in one minute, and what it did; kept for a day."""

    drain = models.ForeignKey(Drain, models.CASCADE, related_name="points")
    at = models.DateTimeField()  # on the minute
    records = models.PositiveBigIntegerField()  # that waited
    seconds = models.PositiveIntegerField()  # age of the oldest of them
    shipped = models.PositiveBigIntegerField()  # in all, by then

    class Meta:
        ordering: ClassVar = ["at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["drain", "at"], name="drain_point_once"),
        ]

    def __str__(self) -> str:
        return f"{self.drain_id} at {self.at:%H:%M}"
