"""What a workspace has proved of hosts.

Rule: a proof is of a host and a port, and only where the way says so of the whole host; it expires
unless it is seen again.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Way(models.TextChoices):
    """How a proof is shown."""

    FILE = "file", "A file on its web server"
    ECHO = "echo", "A header that the endpoint answers with"
    DNS = "dns", "A TXT record"
    MQTT = "mqtt", "A message on a topic"
    CLOUD = "cloud", "An endpoint of your cloud account"


class Ownership(models.Model):
    """One host and port of a workspace, and whether it has proved that they are its own."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="ownerships"
    )
    # Whose secrets the visits of some ways show; the last one that it was asked for.
    target = models.ForeignKey("targets.Target", on_delete=models.SET_NULL, null=True)
    host = models.CharField(max_length=253)  # as simulator.host_in reads it
    port = models.PositiveIntegerField()
    is_of_host = models.BooleanField(default=False)  # holds for all ports
    way = models.CharField(max_length=5, choices=Way.choices, blank=True)

    proved = models.DateTimeField(null=True)  # first
    expires = models.DateTimeField(null=True)
    warned = models.DateTimeField(null=True)  # the owners, of this end
    checked = models.DateTimeField(null=True)  # last
    result = models.CharField(max_length=500, blank=True)  # of the last check, sentences
    went_well = models.BooleanField(default=False)
    asked = models.DateTimeField(null=True)  # a check that is not over
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        app_label = "targets"
        ordering = ("host", "port")
        constraints = (
            models.UniqueConstraint(
                fields=("workspace", "host", "port"), name="ownership_place_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def is_proved(self) -> bool:
        """Whether it holds now."""
        return self.expires is not None and self.expires > timezone.now()


class Block(models.Model):
    """A host that operators let nobody send to: the kill switch of one target host."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    host = models.CharField(max_length=253, unique=True)  # a name, *.name, an address or a network
    reason = models.CharField(max_length=300)  # a sentence that customers read
    created = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        app_label = "targets"
        ordering = ("host",)

    def __str__(self) -> str:
        return self.host
