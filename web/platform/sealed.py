"""Columns whose content is sealed: marked as such, so that a change of keys finds them all.

Rule: such a column holds what ``secrets.seal`` returned, or nothing; who writes it seals, who reads
it unseals. To the database it is the plain kind of column, so that marking one needs no migration.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from web.platform import secrets


class SealedText(models.TextField):  # type: ignore[type-arg]
    """A sealed text; empty is none."""

    def deconstruct(self) -> Any:
        """Return what makes it, as a migration writes it: a text."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.TextField", args, options


class SealedWords(models.JSONField):  # type: ignore[type-arg]
    """A mapping of words to sealed texts."""

    def deconstruct(self) -> Any:
        """Return what makes it, as a migration writes it: a mapping."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.JSONField", args, options


@dataclass(frozen=True, slots=True)
class Column:
    """A sealed column of a model."""

    model: type[models.Model]
    name: str
    texts: Callable[[Any], list[str]]  # of a value
    resealed: Callable[[Any], Any]  # the same value, sealed with the first key

    def __str__(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"


def columns() -> Iterator[Column]:
    """Yield every sealed column of every model, in the order of the applications."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedText):
                yield Column(model, field.name, lambda text: [text] if text else [], resealed_text)
            elif isinstance(field, SealedWords):
                yield Column(model, field.name, lambda words: list(words.values()), resealed_words)


def resealed_text(text: str) -> str:
    """Return a text sealed with the first key. Raises SealBroken: no key opens it."""
    return secrets.reseal(text)


def resealed_words(words: dict[str, str]) -> dict[str, str]:
    """Return a mapping sealed with the first key. Raises SealBroken: no key opens it."""
    return {word: secrets.reseal(text) for word, text in words.items()}
