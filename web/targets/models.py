"""Targets: where mocks connect to, as a workspace keeps them.

Rule: a secret lies here only sealed; whoever needs it in the clear asks ``actions.credentials``.
"""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse

import simulator
from web.platform.sealed import SealedText, SecretMapping, SecretText
from web.targets.address import scheme_of
from web.targets.ownership.models import Block, Ownership, Way
from web.targets.protocols import PROTOCOLS, Protocol

__all__ = ["Block", "Ownership", "Target", "Way"]


class Target(models.Model):
    """One broker or server, with everything a mock needs to speak to it."""

    class Qos(models.IntegerChoices):
        AT_MOST_ONCE = 0, "0, at most once"
        AT_LEAST_ONCE = 1, "1, at least once"
        EXACTLY_ONCE = 2, "2, exactly once"

    class Version(models.TextChoices):
        THREE = "3.1.1", "3.1.1"
        FIVE = "5", "5"

    class Dealing(models.TextChoices):
        ORDER = "order", "in order: the first row to the first mock"
        KEY = "key", "by key: the row whose id is the mock's"
        ROUND_ROBIN = "round_robin", "round robin: after the last row the first again"

    class Method(models.TextChoices):
        POST = "POST", "POST"
        PUT = "PUT", "PUT"
        PATCH = "PATCH", "PATCH"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="targets"
    )
    name = models.CharField(max_length=100)
    protocol = models.CharField(max_length=20, default="mqtt")  # a word of PROTOCOLS
    host = models.CharField(max_length=253)  # RFC 1035, 2.3.4, without the last dot
    port = models.PositiveIntegerField()
    has_tls = models.BooleanField(default=False)
    ca = models.TextField(blank=True)  # PEM; empty: the system's authorities
    verify = models.BooleanField(default=True)
    server_name = models.CharField(max_length=253, blank=True)

    version = models.CharField(max_length=5, choices=Version.choices, default=Version.THREE)
    client_id = models.CharField(max_length=1_000, default="{id}")
    keep_alive = models.PositiveIntegerField(default=60)  # s
    clean_start = models.BooleanField(default=True)
    session_expiry = models.PositiveBigIntegerField(default=0)  # s; of version 5
    has_websocket = models.BooleanField(default=False)  # MQTT inside of WebSocket
    websocket_path = models.CharField(max_length=1_000, default="/mqtt")
    will_topic = models.CharField(max_length=1_000, blank=True)  # empty: no will
    will_payload = models.TextField(blank=True)
    will_qos = models.PositiveSmallIntegerField(choices=Qos.choices, default=Qos.AT_MOST_ONCE)
    will_retain = models.BooleanField(default=False)

    method = models.CharField(max_length=5, choices=Method.choices, default=Method.POST)
    path = models.CharField(max_length=1_000, blank=True)
    headers = SecretMapping(default=dict, blank=True)  # name -> value

    acknowledge_within = models.FloatField(default=20.0)  # s
    # Words of the simulator's target that have no field of their own here, as they were written.
    options = SecretText(blank=True)
    username = models.CharField(max_length=1_000, blank=True)
    sealed_password = SealedText(blank=True, editable=False)
    password_set = models.DateTimeField(null=True, editable=False)
    sealed_token = SealedText(blank=True, editable=False)
    token_set = models.DateTimeField(null=True, editable=False)

    # Further words of the simulator's credentials, such as a password that is made for each mock.
    sealed_secrets = SealedText(blank=True, editable=False)
    secrets_set = models.DateTimeField(null=True, editable=False)
    # Who each mock is; null: all are what stands here.
    table = models.ForeignKey(
        "datasets.Dataset",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="targets",
        limit_choices_to={"is_credentials": True},
    )
    dealing = models.CharField(max_length=11, choices=Dealing.choices, default=Dealing.ORDER)
    match = models.CharField(max_length=1_000, default="id")  # by key: what equals the row's id

    # The ready profile that made it, and what that says of the service: "columns" that a table
    # needs, "notes", and "topics", each with "use" and "topic". Empty: none did.
    profile = models.CharField(max_length=40, blank=True, editable=False)
    guidance = models.JSONField(default=dict, editable=False)

    created = models.DateTimeField(auto_now_add=True)
    edited = models.DateTimeField(auto_now=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
    )

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("workspace", "name"), name="target_name_once"),
            models.CheckConstraint(
                condition=models.Q(port__gte=1, port__lte=65_535), name="target_port_in_range"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("targets:detail", args=[self.workspace.code, self.code])

    @property
    def address(self) -> str:
        """The target as people write it: ``mqtts://broker.example:8883``."""
        scheme = scheme_of(
            self.protocol, has_tls=self.has_tls, is_inside_websocket=self.has_websocket
        )
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"

    @property
    def kind(self) -> Protocol:
        """Its protocol as the console shows it."""
        return PROTOCOLS[self.protocol]

    @property
    def profile_title(self) -> str:
        """The service that its ready profile is of; empty: it has none."""
        known = simulator.PROFILES.get(self.profile)
        return known.title if known else ""

    @property
    def is_mqtt(self) -> bool:
        return self.protocol == "mqtt"

    @property
    def is_http(self) -> bool:
        return self.protocol == "http"

    @property
    def has_will(self) -> bool:
        return bool(self.will_topic)
