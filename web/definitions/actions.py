"""Everything that changes definitions.

Rule: only a document without problems is ever stored, and a stored version never changes.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

import simulator
from web.accounts.models import User, Workspace
from web.audit.actions import note
from web.datasets.models import Dataset
from web.definitions import naming
from web.definitions.documents import check, dataset_names
from web.definitions.models import DatasetUse, Definition, Version

LONGEST_NAME = 100  # characters
MOST_COPIES = 1_000  # of one name


class BadDocument(Exception):
    """The document cannot be simulated; ``problems`` says where and why."""

    def __init__(self, *problems: simulator.Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class SavedMeanwhile(Exception):
    """Somebody else saved a version after the one that was edited."""


class InUse(Exception):
    """A lot needs the definition; the text is a sentence that names it."""


def create_definition(workspace: Workspace, *, text: str, by: User) -> Definition:
    """Make a definition whose first version is ``text``; its name is the one in the text.

    Raises:
        BadDocument: It cannot be simulated, or another definition has its name.
        StorageUnavailable: It needs a dataset, and the object store does not answer.
    """
    document = _checked(workspace, text)
    definition = Definition(workspace=workspace, name=document.name, edited_by=by)
    with _name_once(text), transaction.atomic():
        definition.save()
        Version.objects.create(definition=definition, number=1, text=text, created_by=by)
        note("definition.made", user=by, about=definition)
        _note_datasets(definition, dataset_names(document))
    return definition


def save_text(definition: Definition, *, text: str, base: int, by: User) -> Version:
    """Make the next version of the definition, unless the text is the one in force.

    Args:
        definition: Which one.
        text: The whole document.
        base: The number of the version that was edited.
        by: Who is named as its author.

    Raises:
        BadDocument: It cannot be simulated, or another definition has its name.
        SavedMeanwhile: ``base`` is not the version in force any more.
        StorageUnavailable: It needs a dataset, and the object store does not answer.
    """
    document = _checked(definition.workspace, text)
    if base == definition.number and definition.text == text:
        return definition.current
    with _name_once(text), transaction.atomic():
        taken = Definition.objects.filter(pk=definition.pk, number=base).update(
            number=F("number") + 1, name=document.name, edited=timezone.now(), edited_by=by
        )
        if not taken:
            raise SavedMeanwhile(
                "Somebody else has saved this definition since you opened it. Copy your text, "
                "open the definition again, and bring the two together."
            )
        definition.refresh_from_db(fields=("number", "name", "edited", "edited_by"))
        _note_datasets(definition, dataset_names(document))
        note("definition.saved", user=by, about=definition, words=f"Version {definition.number}.")
        return Version.objects.create(
            definition=definition, number=definition.number, text=text, created_by=by
        )


def rename_definition(definition: Definition, *, name: str, by: User) -> None:
    """Change the name in the document, which makes a new version.

    Raises:
        BadDocument: The document cannot be simulated (any more), or the name is taken.
        SavedMeanwhile: Somebody saved it at the same moment.
    """
    text = naming.renamed(definition.text, name)
    save_text(definition, text=text, base=definition.number, by=by)


def copy_definition(definition: Definition, *, by: User) -> Definition:
    """Make a definition with the same text and a name of its own.

    Raises:
        BadDocument: The document cannot be simulated any more.
    """
    name = _free_name(definition)
    text = naming.renamed(definition.text, name)
    return create_definition(definition.workspace, text=text, by=by)


def delete_definition(definition: Definition) -> None:
    """Delete the definition with its versions.

    Raises:
        InUse: A lot runs it.
    """
    try:
        with transaction.atomic():
            note("definition.deleted", about=definition)
            definition.delete()
    except models.ProtectedError as error:
        lots = sorted({f"“{user}”" for user in error.protected_objects})
        raise InUse(
            f"{definition.name} is still used by the lot{'s'[: len(lots) > 1]} "
            f"{', '.join(lots[:5])}. Take it out there, then delete it."
        ) from error


def _checked(workspace: Workspace, text: str) -> simulator.Definition:
    checked = check(workspace, text)
    if checked.definition is None:
        raise BadDocument(*checked.problems)
    if len(checked.definition.name) > LONGEST_NAME:
        raise BadDocument(naming.problem(text, f"a name has at most {LONGEST_NAME} characters"))
    return checked.definition


@contextmanager
def _name_once(text: str) -> Iterator[None]:
    """Turn the database's refusal of a second definition with one name into the name's problem."""
    try:
        yield
    except IntegrityError as error:
        if "name" not in str(error):
            raise
        taken = "another definition of this workspace has this name"
        raise BadDocument(naming.problem(text, taken)) from error


def _note_datasets(definition: Definition, names: Iterable[str]) -> None:
    """Keep in rows which datasets the current version needs, so that none of them is deleted."""
    datasets = Dataset.objects.filter(workspace=definition.workspace, name__in=names)
    definition.uses.exclude(dataset__in=datasets).delete()
    DatasetUse.objects.bulk_create(
        [DatasetUse(definition=definition, dataset=dataset) for dataset in datasets],
        ignore_conflicts=True,
    )


def _free_name(definition: Definition) -> str:
    """Return the name with "(copy)" behind it, numbered where that is taken."""
    taken = set(
        Definition.objects.filter(workspace=definition.workspace).values_list("name", flat=True)
    )
    stem = definition.name[: LONGEST_NAME - len(" (copy 1000)")]
    names = (f"{stem} (copy{f' {n}' if n > 1 else ''})" for n in range(1, MOST_COPIES))
    return next(name for name in names if name not in taken)
