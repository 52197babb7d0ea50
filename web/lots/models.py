"""A lot: which mocks to run, against which target, for how long. Kept until somebody deletes it."""

from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils import timezone

from simulator import MAX_MOCKS
from web.accounts.models import User, Workspace

MAX_PARTS = 20  # as simulator.Lot.parts


class Lot(models.Model):
    """What to run. A run takes an immutable snapshot of it."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="lots")
    name = models.CharField(max_length=120)
    target = models.ForeignKey("targets.Target", models.PROTECT, related_name="lots")
    duration = models.DurationField()
    ramp = models.DurationField(default=timedelta)
    # Words of the simulator's lot that have no field here: pace, faults, records, thresholds, as
    # they were written.
    options = models.TextField(blank=True)
    tags = models.CharField(max_length=400, blank=True)  # as web.lots.tags packs them
    seed = models.PositiveBigIntegerField(null=True, blank=True)  # None: a new one for each run
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-changed"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(duration__gt=timedelta(0)), name="lot_lasts_some_time"
            ),
            models.CheckConstraint(
                condition=models.Q(ramp__gte=timedelta(0)), name="lot_ramp_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("lots:detail", args=[self.workspace.code, self.code])

    @property
    def tag_list(self) -> list[str]:
        """Its tags, sorted."""
        return self.tags.split()


class LotPart(models.Model):
    """One definition of a lot, and how many mocks follow it."""

    lot = models.ForeignKey(Lot, models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    definition = models.ForeignKey(
        "definitions.Definition", models.PROTECT, related_name="lot_parts"
    )
    count = models.PositiveIntegerField()
    rate = models.FloatField(null=True, blank=True)  # messages/s of each mock; None: its own

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lot", "position"], name="lot_part_position_once"),
            models.CheckConstraint(
                condition=models.Q(count__gte=1, count__lte=MAX_MOCKS), name="lot_part_count_holds"
            ),
            models.CheckConstraint(
                condition=models.Q(rate=None) | models.Q(rate__gt=0), name="lot_part_rate_holds"
            ),
        ]

    def __str__(self) -> str:
        return self.lot.name  # whoever may not be deleted because of a part names the lot
