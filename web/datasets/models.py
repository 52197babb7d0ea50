"""Datasets: uploaded files under the name that definitions use, and each upload of one.

Rule: an upload's object is never written twice. A replacement is a new upload under a new key, and
the one before stays in force until the new one is read and found good.
"""

import uuid
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

MOST_BYTES = 100_000_000  # one file; what simulator.read_dataset takes
PARTS_ABOVE = 20_000_000  # bytes: a larger file is sent in parts, each tried again by itself
CONTENT_TYPES = {
    ".csv": "text/csv",
    ".gpx": "application/gpx+xml",
    ".geojson": "application/geo+json",
    ".proto": "text/plain",
    ".avsc": "application/json",
    ".zip": "application/zip",
}
CREDENTIALS = (".csv", ".zip")  # what a credential table comes as
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*\.(csv|gpx|geojson|proto|avsc|zip)"
name_is_safe = RegexValidator(
    f"^{NAME}$",
    "A dataset's name is made of letters, digits, “.”, “-” and “_”, and ends in .csv, .gpx, "
    ".geojson, .proto or .avsc; that of a credential table in .csv or .zip.",
)


class Dataset(models.Model):
    """A file by its name, ``van-7.gpx``; definitions refer to it by this name.

    A credential table lies in the store sealed alone, once it was read; see ``tables``.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="datasets"
    )
    name = models.CharField(max_length=100, validators=[name_is_safe])
    is_credentials = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("workspace", "name"), name="dataset_name_once"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("datasets:detail", args=[self.workspace.code, self.code])

    @property
    def newest(self) -> "Upload | None":
        """The upload that was begun last. Reads the prefetched uploads, newest first."""
        return next(iter(self.uploads.all()), None)

    @property
    def current(self) -> "Upload | None":
        """The upload in force: the newest that is ready."""
        ready = (upload for upload in self.uploads.all() if upload.state == Upload.State.READY)
        return next(ready, None)

    @property
    def is_waiting(self) -> bool:
        """Whether a job is about to change what the page shows."""
        return self.newest is not None and self.newest.state == Upload.State.READING


class Upload(models.Model):
    """One file on its way: asked for, sent to the object store, read, found good or refused."""

    class State(models.TextChoices):
        UPLOADING = "uploading", "uploading"
        READING = "reading", "being read"
        READY = "ready", "ready"
        REFUSED = "refused", "refused"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="uploads")
    state = models.CharField(max_length=9, choices=State.choices, default=State.UPLOADING)
    key = models.CharField(max_length=300, unique=True)
    size = models.PositiveBigIntegerField()  # bytes; the policy takes exactly so many
    parts_name = models.CharField(max_length=1_024, blank=True, default="", db_default="")  # at the
    # store, of one that is sent in parts
    reason = models.TextField(blank=True)  # why it was refused
    facts: Any = models.JSONField(null=True)  # facts.facts_of, once it is ready
    attempts = models.PositiveSmallIntegerField(default=0)  # how often a job began to read it
    created = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    changed = models.DateTimeField(default=timezone.now)  # when the state was entered

    class Meta:
        ordering = ("-created", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("dataset",),
                condition=models.Q(state="uploading"),
                name="one_upload_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(size__gte=1, size__lte=MOST_BYTES), name="upload_size_in_range"
            ),
        )

    def __str__(self) -> str:
        return self.key
