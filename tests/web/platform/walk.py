"""Walks every migration with the models of the code before it, as they meet during a deploy.

Old dynos serve for a minute after the release phase has migrated. So each migration is applied to
a Postgres that has a row of each model it could touch, and then the models from before it insert,
read, change and remove rows. What breaks is told by the migration's name.

Run as a program, with ``DATABASE_URL`` leading to an empty database: one JSON object on stdout.
Rule: rows are made from the fields alone; what a constraint asks beyond that stands in ``GIVEN``.
"""

import datetime
import json
import sys
import uuid
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import DatabaseError, connection, migrations, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

OURS = {name.rpartition(".")[2] for name in settings.INSTALLED_APPS if name.startswith("web.")}
# The last migration of each app in the release that customers use; replaced at each release.
RELEASED = Path(__file__).parent / "released.json"
LONGEST = 300  # characters of a text; longer columns are as good as unlimited
NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
NUMBERS = count(1)
# By field: what a column takes when it has neither a default nor may be empty.
MADE: list[tuple[type[Any], Callable[[], Any]]] = [
    (models.UUIDField, uuid.uuid4),
    (models.JSONField, dict),
    (models.BooleanField, lambda: False),
    (models.DateTimeField, lambda: NOW + datetime.timedelta(seconds=next(NUMBERS))),
    (models.DateField, lambda: NOW.date() + datetime.timedelta(days=next(NUMBERS))),
    (models.TimeField, NOW.time),
    (models.DurationField, lambda: datetime.timedelta(seconds=next(NUMBERS))),
    (models.BinaryField, lambda: b"bytes"),
    (models.GenericIPAddressField, lambda: "192.0.2.1"),
    (models.IntegerField, lambda: next(NUMBERS)),
    (models.FloatField, lambda: 1.0),
    (models.DecimalField, lambda: 1),
]
# What constraints ask of rows: by label of a model, values by field.
GIVEN: dict[str, dict[str, Any]] = {"logs.Chunk": {"number": 1, "through": 1}}

OldModel = type[models.Model]


def values_of(model: OldModel, parents: dict[str, models.Model]) -> dict[str, Any]:
    """Return a value for each column that needs one, and texts as long as each column allows."""
    given = GIVEN.get(model._meta.label, {})
    values: dict[str, Any] = {}
    for field in model._meta.local_concrete_fields:
        if isinstance(field, models.AutoField) or field.name in given or field.null:
            continue
        if isinstance(field, models.ForeignKey):
            values[field.name] = parents[field.related_model._meta.label]
        elif field.choices and not field.unique:
            values[field.name] = field.get_default() or field.flatchoices[0][0]
        elif isinstance(field, models.CharField | models.TextField):
            values[field.name] = text_of(field)
        elif not field.has_default() or field.unique:
            values[field.name] = made(field)
    known = {field.name for field in model._meta.local_concrete_fields}
    return {**values, **{name: value for name, value in given.items() if name in known}}


def text_of(field: Any) -> str:
    """Return a text that no other row has, as long as the column takes."""
    text = f"{next(NUMBERS)}".rjust(min(field.max_length or LONGEST, LONGEST), "x")
    return text[-field.max_length :] if field.max_length else text


def made(field: Any) -> Any:
    for kind, make in MADE:
        if isinstance(field, kind):
            return make()
    raise TypeError(f"{field} of {field.model._meta.label} is of a kind that is not known here")


def required(model: OldModel) -> list[OldModel]:
    """Return the models that a row of this one cannot be without, parents first, itself last."""
    order: list[OldModel] = []

    def visit(one: OldModel) -> None:
        for field in one._meta.local_concrete_fields:
            if isinstance(field, models.ForeignKey) and not field.null:
                parent = field.related_model
                if parent is not one and parent not in order:
                    visit(parent)
        if one not in order:
            order.append(one)

    visit(model)
    return order


def insert(model: OldModel) -> models.Model:
    """Insert a row, and those that it needs.

    Raises:
        DatabaseError: The database does not take one.
    """
    rows: dict[str, models.Model] = {}
    for one in required(model):
        rows[one._meta.label] = one._base_manager.create(**values_of(one, rows))
    return rows[model._meta.label]


def use(model: OldModel) -> None:
    """Do with a model what code does: insert, read, change, remove; leaves all as it was.

    Raises:
        DatabaseError: The database is no longer as this model knows it.
    """
    with transaction.atomic():
        row = insert(model)
        for other in model._base_manager.all()[:5]:
            other.save()
        row.save()
        row.delete()
        connection.check_constraints()
        transaction.set_rollback(True)


def broken_by(old: ProjectState, labels: set[str]) -> list[str]:
    """Return what the models of ``old`` in these apps can no longer do, a sentence each."""
    broken = []
    for model in models_of(old, labels):
        try:
            use(model)
        except DatabaseError as error:
            broken.append(f"{model._meta.label}: {str(error).splitlines()[0]}")
    return broken


def models_of(state: ProjectState, labels: set[str]) -> list[OldModel]:
    found = [model for model in state.apps.get_models() if model._meta.app_label in labels]
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def settle(state: ProjectState, labels: set[str]) -> None:
    """Leave a row of each model, which the next migration then has to carry along."""
    for model in models_of(state, labels):
        if not model._base_manager.exists():
            with transaction.atomic():
                insert(model)


def frozen(state: ProjectState) -> ProjectState:
    """Return the state with models of its own: those that are changed bit by bit go out of step."""
    return ProjectState({key: one.clone() for key, one in state.models.items()}, state.real_apps)


def walk(
    executor: MigrationExecutor, state: ProjectState, plan: list[Migration]
) -> Iterator[tuple[str, list[str], ProjectState]]:
    """Apply each migration; yield each that changes tables, what it breaks, and the state."""
    for migration in plan:
        name = f"{migration.app_label}.{migration.name}"
        assert state.apps  # rendered once: each operation would render all models anew
        if migration.initial or migration.app_label not in OURS:
            state = executor.apply_migration(state, migration)  # no code is older than it
            continue
        old, labels = frozen(state), {migration.app_label}
        settle(old, labels)
        state = executor.apply_migration(state, migration)
        yield name, broken_by(old, labels), state


def planted() -> dict[str, Migration]:
    """Return migrations that must never pass, and two that may, by what each does."""
    changes: dict[str, list[Any]] = {
        "fine: a column that may be empty": [
            migrations.AddField("workspace", "colour", models.TextField(null=True))
        ],
        "fine: a column with a default in the database": [
            migrations.AddField("workspace", "size", models.IntegerField(default=1, db_default=1))
        ],
        "a column without a default in the database": [
            migrations.AddField("workspace", "weight", models.IntegerField(default=1))
        ],
        "a column that goes": [migrations.RemoveField("workspace", "name")],
        "a column with another name": [migrations.RenameField("workspace", "name", "title")],
        "a table with another name": [migrations.AlterModelTable("workspace", "rooms")],
        "a table that goes": [migrations.DeleteModel("membership")],
        "a shorter column": [
            migrations.AlterField("workspace", "name", models.CharField(max_length=3))
        ],
        "a column of another type": [
            migrations.RunSQL("ALTER TABLE accounts_workspace ALTER name TYPE int USING 1")
        ],
        "a stricter rule": [
            migrations.AddConstraint(
                "workspace",
                models.CheckConstraint(condition=models.Q(name__startswith="A"), name="begins"),
            )
        ],
    }
    return {what: plant(what, operations) for what, operations in changes.items()}


def plant(name: str, operations: list[Any]) -> Migration:
    return type("Planted", (Migration,), {"operations": operations})(name, "accounts")


def try_out(executor: MigrationExecutor, state: ProjectState, migration: Migration) -> list[str]:
    """Return what a migration breaks; leaves the database as it was."""
    with transaction.atomic():
        old = frozen(state)
        try:
            with connection.schema_editor(atomic=True) as editor:
                migration.apply(state.clone(), editor)
            return broken_by(old, {migration.app_label})
        except DatabaseError as error:
            return [f"it cannot be applied: {str(error).splitlines()[0]}"]
        finally:
            transaction.set_rollback(True)


def leaves(executor: MigrationExecutor) -> dict[str, str]:
    """Return the last migration of each of our apps."""
    nodes = executor.loader.graph.leaf_nodes()
    return {app: name for app, name in sorted(nodes) if app in OURS}


def main() -> None:
    """Walk all migrations, then leap from the last release, then try the planted ones.

    With the argument ``leaves``: print what a release is to leave in ``released.json``.
    """
    django.setup()
    executor = MigrationExecutor(connection)
    if sys.argv[1:] == ["leaves"]:
        print(json.dumps(leaves(executor), indent=2))
        return
    executor.recorder.ensure_schema()
    plan = [step for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    state = ProjectState(real_apps=executor.loader.unmigrated_apps)
    found: dict[str, list[str]] = {}
    for name, broken, after in walk(executor, state, plan):
        found[name], state = broken, after
    released = executor.loader.project_state(list(json.loads(RELEASED.read_text()).items()))
    leapt = broken_by(released, OURS)
    tried = {what: try_out(executor, state, one) for what, one in planted().items()}
    print(json.dumps({"walked": found, "leapt": leapt, "planted": tried}))


if __name__ == "__main__":
    main()
