"""What the processes tell each other of themselves."""

from django.db import models


class Removal(models.Model):
    """Objects that belong to no row any more: everything under ``prefix``, from ``after`` on."""

    prefix = models.CharField(max_length=200)
    after = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.prefix} after {self.after:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """A process was alive at ``at``; one row a name: ``clock``, ``worker.1``."""

    name = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
