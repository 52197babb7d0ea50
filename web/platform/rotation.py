"""Seals everything anew with the first of the keys, so that an old key can be taken out.

Rule: a batch is a transaction, and what is sealed with the first key already is passed over: it may
be broken off and begun again at any time, and run beside a console at work.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from web.platform import secrets
from web.platform.sealed import SecretMapping, SecretText, columns, resealed

BATCH = 200  # rows of a transaction
TOKEN = re.compile(secrets.SEALED.pattern)


@dataclass(slots=True)
class Count:
    """What became of a column's values; ``broken`` are rows that no key opens."""

    name: str
    seen: int = 0
    renewed: int = 0
    broken: int = 0


def rotate(*, told: Callable[[Count], None], is_trial: bool = False) -> list[Count]:
    """Seal all columns anew.

    Args:
        told: Called after each batch.
        is_trial: Count only what is to be done.
    """
    counts = []
    for model, name in columns():
        counts.append(Count(f"{model._meta.label_lower}.{name}"))
        for batch in batches(model, name):
            renew(model, name, batch, counts[-1], is_trial=is_trial)
            told(counts[-1])
    return counts


def batches(model: type[models.Model], name: str) -> Iterator[dict[int, str]]:
    """Yield (row's key -> what the column holds, as the database has it), ``BATCH`` at a time."""
    rows = model._default_manager.order_by("pk").annotate(_held=Cast(name, TextField()))
    last = 0
    while found := dict(rows.filter(pk__gt=last).values_list("pk", "_held")[:BATCH]):
        yield {key: held or "" for key, held in found.items()}
        last = max(found)


def renew(
    model: type[models.Model], name: str, batch: dict[int, str], count: Count, *, is_trial: bool
) -> None:
    """Seal what of a batch is not sealed with the first key."""
    field = model._meta.get_field(name)
    stale = [key for key, held in batch.items() if is_stale(field, held)]
    count.seen += sum(bool(TOKEN.search(held)) for held in batch.values())
    if is_trial or not stale:
        count.renewed += len(stale)
        return
    with transaction.atomic():
        rows = model._default_manager.select_for_update().filter(pk__in=stale)
        for key, value in rows.values_list("pk", name):
            try:
                model._default_manager.filter(pk=key).update(**{name: resealed(value)})
                count.renewed += 1
            except secrets.SealBroken:
                count.broken += 1


def is_stale(field: object, held: str) -> bool:
    """Whether what a row holds is to be sealed anew, or for the first time."""
    tokens = TOKEN.findall(held)
    if any(not secrets.is_current(token) for token in tokens):
        return True
    is_hidden = isinstance(field, SecretText | SecretMapping)
    return is_hidden and not tokens and held not in {"", "{}", "null"}
