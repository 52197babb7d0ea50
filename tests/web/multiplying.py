"""Makes many rows of what is there once: for counts of queries, and for tables of a year.

Rule: a copy hangs on what its original hangs on, and differs in what must differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import models

# Whose copies would be somebody else's, or nobody's: people and workspaces are made by actions.
ALONE = {"User", "Workspace", "Membership", "Visit", "Device", "Key"}
BATCH = 500


def kinds() -> Iterator[type[models.Model]]:
    """Yield the models of ours whose rows may be copied."""
    for model in apps.get_models():
        if model.__module__.startswith("web.") and model.__name__ not in ALONE:
            yield model


def multiply(
    counts: Mapping[str, int] | int,
    *,
    spread: timedelta = timedelta(0),
    instead: Sequence[models.Model] = (),
) -> None:
    """Copy the oldest row of each model, which then has so many beside it.

    What hangs on a row that was copied is copied along with it, once.

    Args:
        counts: How many rows of a model to make, by its name; a number is for all.
        spread: Dates of the copies go back over this time, evenly.
        instead: Rows that are copied in the place of the oldest of their models.
    """
    chosen = {type(row): row for row in instead}
    made: dict[models.Model, list[models.Model]] = {}
    for model in in_order(list(kinds())):
        count = counts if isinstance(counts, int) else counts.get(model.__name__, 0)
        row = chosen.get(model) or model._default_manager.order_by("pk").first()
        if row is None:
            continue
        if count and can_be_copied(model):
            beside = [copy(row, number, spread * number / count) for number in range(1, count + 1)]
            made[row] = model._default_manager.bulk_create(beside, batch_size=BATCH)
        model._default_manager.bulk_create(along(row, made, count), batch_size=BATCH)


def in_order(wanted: list[type[models.Model]]) -> Iterator[type[models.Model]]:
    """Yield models behind those that their rows hang on."""
    waiting = dict.fromkeys(wanted)
    while waiting:
        free = [each for each in waiting if not (set(parents(each)) - {each}) & waiting.keys()]
        for model in free or list(waiting)[:1]:  # the first of a ring
            del waiting[model]
            yield model


def parents(model: type[models.Model]) -> Iterator[type[models.Model]]:
    """Yield what rows of a model hang on."""
    for field in model._meta.concrete_fields:
        if field.related_model is not None:
            yield field.related_model


def along(
    row: models.Model, made: Mapping[models.Model, list[models.Model]], past: int
) -> Iterator[models.Model]:
    """Yield a copy of a row for each copy of those that it hangs on; ``past``: copies before."""
    hangs = [field for field in row._meta.concrete_fields if field.is_relation]
    on = {field: made.get(getattr(row, field.name), []) for field in hangs}
    on = {field: copies for field, copies in on.items() if copies}
    for number, copies in enumerate(zip(*on.values(), strict=False), past + 1):
        follower = copy(row, number, timedelta(0))
        for field, each in zip(on, copies, strict=True):
            setattr(follower, field.name, each)
        yield follower


def can_be_copied(model: type[models.Model]) -> bool:
    """Whether two rows may hang on the same others."""
    singles = [field for field in model._meta.fields if field.unique and field.is_relation]
    return not singles and all(varied(model, names) for names in uniques(model))


def copy(row: models.Model, number: int, age: timedelta) -> models.Model:
    """Return the ``number``-th copy of a row, not saved, whose dates are ``age`` earlier."""
    model = type(row)
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    for field in model._meta.concrete_fields:
        if field.primary_key:
            del values[field.attname]
        elif field.unique:
            values[field.attname] = other(field, values[field.attname], number)
        elif isinstance(values[field.attname], datetime):
            values[field.attname] -= age
    for names in uniques(model):
        if field := varied(model, names):
            values[field.attname] = other(field, getattr(row, field.attname), number)
    return model(**values)


def uniques(model: type[models.Model]) -> Iterator[tuple[str, ...]]:
    """Yield the fields that are unique together."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield constraint.fields


def varied(model: type[models.Model], names: tuple[str, ...]) -> models.Field | None:
    """Return the field by which copies differ; None: all of them are of other rows."""
    fields = [model._meta.get_field(name) for name in names]
    own = [field for field in fields if not field.is_relation]
    return next((field for field in own if field.unique), own[0] if own else None)


def other(field: models.Field, value: Any, number: int) -> Any:
    """Return a value that no other copy has."""
    if isinstance(field, models.UUIDField):
        return uuid4()
    if isinstance(value, datetime | date):
        return value - timedelta(days=number)
    if isinstance(value, str):
        return f"{value[: (field.max_length or 300) - 7]}~{number}"
    return None if value is None else value + number
