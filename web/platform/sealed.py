"""Columns whose content is sealed: marked as such, so that a change of keys finds them all.

Rule: such a column holds what ``secrets.seal`` returned, or nothing; who writes it seals, who reads
it unseals. To the database it is the plain kind of column, so that marking one needs no migration.
"""

import json
import logging
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from web.platform import secrets

logger = logging.getLogger(__name__)

SEALED = "sealed"  # the one word of a mapping that is sealed as a whole


class SealedText(models.TextField):  # type: ignore[type-arg]
    """A sealed text; empty is none."""

    def deconstruct(self) -> Any:
        """Return what makes it, as a migration writes it: a text."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.TextField", args, options


class SealedWords(models.JSONField):
    """A mapping of words to sealed texts."""

    def deconstruct(self) -> Any:
        """Return what makes it, as a migration writes it: a mapping."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.JSONField", args, options


class SecretText(SealedText):
    """A text that is sealed in the database and plain in Python: for what may hold a secret.

    What an older version stored in the clear is read as it is, and sealed when it is next written.
    """

    def from_db_value(self, value: Any, *_: Any) -> Any:
        """Return what a row holds, in the clear; what no key opens stays as it is."""
        return opened(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """Return what the row is to hold."""
        plain = super().get_prep_value(value)
        return plain if not plain or secrets.is_sealed(plain) else secrets.seal(plain)


class SecretMapping(SealedWords):
    """The same of a mapping: the row holds ``{"sealed": …}``."""

    def from_db_value(self, value: Any, *more: Any) -> Any:
        """Return what a row holds, in the clear; what no key opens stays as it is."""
        held = super().from_db_value(value, *more)
        if not isinstance(held, dict) or set(held) != {SEALED}:
            return held
        plain = opened(held[SEALED])
        return held if secrets.is_sealed(plain) else json.loads(plain)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return what the row is to hold."""
        is_plain = isinstance(value, dict) and value and set(value) != {SEALED}
        held = {SEALED: secrets.seal(json.dumps(value))} if is_plain else value
        return super().get_db_prep_value(held, connection, prepared)


def opened(held: str) -> str:
    """Return a text in the clear; one that no key opens, or that is none, stays as it is."""
    if not secrets.is_sealed(held):
        return held
    try:
        return secrets.unseal(held)
    except secrets.SealBroken:
        logger.error("a column cannot be opened with FIELD_ENCRYPTION_KEYS")
        return held


def columns() -> Iterator[tuple[type[models.Model], str]]:
    """Yield every column that holds secrets, of every model: (model, name)."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedText | SealedWords):
                yield model, field.name


def resealed(value: Any) -> Any:
    """Return what is to be written so that a column's value is sealed with the first key.

    Raises:
        SealBroken: No key opens it.
    """
    if isinstance(value, dict):
        return {word: resealed(text) for word, text in value.items()}
    return secrets.reseal(value) if secrets.is_sealed(value) else value
