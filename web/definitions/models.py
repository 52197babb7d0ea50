"""Definitions, their versions, and the datasets that they need.

Rule: a version is never changed; editing a definition makes the next one.
"""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone


class Definition(models.Model):
    """What a device is. ``name`` is the one in the text of the current version."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="definitions"
    )
    name = models.CharField(max_length=100)
    number = models.PositiveIntegerField(default=1)  # of the current version
    datasets = models.ManyToManyField(
        "datasets.Dataset", through="DatasetUse", related_name="definitions"
    )
    created = models.DateTimeField(default=timezone.now, editable=False)
    edited = models.DateTimeField(default=timezone.now, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("workspace", "name"), name="definition_name_once"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("definitions:edit", args=[self.workspace.code, self.code])

    @property
    def current(self) -> "Version":
        """The version in force; ``in_force`` where many were fetched at once."""
        fetched: list[Version] = getattr(self, "in_force", [])
        return fetched[0] if fetched else self.versions.get(number=self.number)

    @property
    def text(self) -> str:
        """The document in force, as it was typed: YAML or JSON."""
        return self.current.text


class Version(models.Model):
    """The text of a definition as it was saved once."""

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()  # from 1
    text = models.TextField()
    created = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("definition", "number"), name="version_number_once"),
        )

    def __str__(self) -> str:
        return f"version {self.number}"


class DatasetUse(models.Model):
    """The current version of a definition refers to a dataset by its name."""

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="uses")
    dataset = models.ForeignKey("datasets.Dataset", on_delete=models.PROTECT, related_name="uses")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("definition", "dataset"), name="dataset_use_once"),
        )

    def __str__(self) -> str:
        return self.definition.name  # who may not delete a dataset is told the definition
