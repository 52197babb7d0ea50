"""The index of the send log: one row for each chunk in the object store."""

from typing import ClassVar

from django.db import models

from web.runs.models import Run, Shard


class Chunk(models.Model):
    """A Parquet object with records of one shard, sorted by mock and time."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="chunks")
    shard = models.ForeignKey(Shard, models.CASCADE, related_name="chunks")
    fence = models.PositiveIntegerField()
    number = models.PositiveIntegerField()  # within the lease
    key = models.CharField(max_length=300, unique=True)
    size = models.PositiveBigIntegerField()  # bytes
    rows = models.PositiveIntegerField()
    sends = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    first = models.DateTimeField()  # of the earliest record
    last = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["run", "last"], name="chunks_by_time")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shard", "fence", "number"], name="chunk_once"),
        ]

    def __str__(self) -> str:
        return self.key
