"""What the processes tell each other of themselves."""

from django.db import models


class Heartbeat(models.Model):
    """A process was alive at ``at``; one row a name: ``clock``, ``worker.1``."""

    name = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
