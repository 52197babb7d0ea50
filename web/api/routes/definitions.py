"""Definitions: what devices are, as versioned documents."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field, model_validator

from web.api import tags
from web.api.door import EDITOR, VIEWER, KeyRequest, count
from web.api.paging import Listed, Wanted, by_name, newest_first
from web.api.problems import told
from web.definitions import access, actions
from web.definitions.documents import check
from web.definitions.models import Definition, Version
from web.platform.limiting import PREVIEW

router = Router(tags=["Definitions"])


class DefinitionTold(Schema):
    """A definition, without its document."""

    code: UUID
    name: str
    version: int = Field(description="Number of the version in force, from 1; its ETag.")
    lots: int = Field(description="Lots that use it.")
    created: datetime
    edited: datetime


class DefinitionWhole(DefinitionTold):
    """A definition with its document."""

    text: str = Field(description="The document in force, as it was saved: YAML or JSON.")


class VersionTold(Schema):
    """One version of a definition, without its document."""

    number: int
    created: datetime
    created_by: str = Field(description="Who saved it; empty where that person is gone.")


class VersionWhole(VersionTold):
    """One version of a definition with its document."""

    text: str


class Document(Schema, extra="forbid"):
    """A definition, as `text` (YAML or JSON) or as `document` (plain data)."""

    text: str = Field("", description="The whole document as text: its mistakes have lines.")
    document: dict[str, Any] | None = Field(None, description="The same as plain data.")

    @model_validator(mode="after")
    def one_of_both(self) -> "Document":
        """Refuse what says nothing, or both."""
        if bool(self.text) == (self.document is not None):
            raise ValueError("say either text or document")
        return self

    @property
    def words(self) -> str:
        """The document as text."""
        if self.document is None:
            return self.text.replace("\r\n", "\n")
        return json.dumps(self.document, indent=2, ensure_ascii=False)


class Checked(Schema):
    """What a check found."""

    ok: bool
    problems: list[dict[str, Any]] = Field(
        description="`detail`, `place` in the document, and of a text `line` and `column`."
    )


class NamedPage(Wanted):
    """A page of rows by name."""

    name: str = Field("", max_length=100, description="Part of the name, in any case.")


@router.get("definitions", response=Listed[DefinitionTold], **VIEWER)
def list_definitions(request: KeyRequest, wanted: Query[NamedPage]) -> Listed[DefinitionTold]:
    """List definitions by name."""
    return by_name(access.definitions_of(request.workspace, name=wanted.name), wanted, tell)


@router.post("definitions", response={201: DefinitionWhole}, **EDITOR)
def make_definition(
    request: KeyRequest, response: HttpResponse, body: Document
) -> Status[DefinitionWhole]:
    """Make a definition; its name is the one in the document."""
    made = actions.create_definition(request.workspace, text=body.words, by=request.user)
    return Status(201, whole(response, access.definition_of(request.workspace, made.code)))


@router.post("definitions/check", response=Checked, **VIEWER)
def check_definition(request: KeyRequest, body: Document) -> Checked:
    """Check a document and store nothing: every mistake with its place."""
    count(request, PREVIEW)
    found = check(request.workspace, body.words)
    return Checked(ok=found.definition is not None, problems=told(found.problems))


@router.get("definitions/{uuid:definition}", response=DefinitionWhole, **VIEWER)
def get_definition(
    request: KeyRequest, response: HttpResponse, definition: UUID
) -> DefinitionWhole:
    """Get a definition with its document in force."""
    return whole(response, access.definition_of(request.workspace, definition))


@router.put("definitions/{uuid:definition}", response=DefinitionWhole, **EDITOR)
def put_definition(
    request: KeyRequest, response: HttpResponse, definition: UUID, body: Document
) -> DefinitionWhole:
    """Save a document as the next version; with `If-Match` only over the version named there."""
    found = access.definition_of(request.workspace, definition)
    tags.check(request, tags.tag_of_definition(found))
    actions.save_text(found, text=body.words, base=found.number, by=request.user)
    return whole(response, found)


@router.delete("definitions/{uuid:definition}", response={204: None}, **EDITOR)
def delete_definition(request: KeyRequest, definition: UUID) -> Status[None]:
    """Delete a definition with its versions, unless a lot uses it."""
    found = access.definition_of(request.workspace, definition)
    with tags.unchanged(request, found, tags.tag_of_definition):
        actions.delete_definition(found)
    return Status(204, None)


@router.get("definitions/{uuid:definition}/versions", response=Listed[VersionTold], **VIEWER)
def list_versions(
    request: KeyRequest, definition: UUID, wanted: Query[Wanted]
) -> Listed[VersionTold]:
    """List the versions of a definition, the newest first."""
    found = access.definition_of(request.workspace, definition)
    return newest_first(access.versions_of(found), wanted, tell_version)


@router.get("definitions/{uuid:definition}/versions/{int:number}", response=VersionWhole, **VIEWER)
def get_version(request: KeyRequest, definition: UUID, number: int) -> VersionWhole:
    """Get one version of a definition with its document."""
    found = access.version_of(access.definition_of(request.workspace, definition), number)
    return VersionWhole(**tell_version(found).model_dump(), text=found.text)


def tell(row: Definition) -> DefinitionTold:
    """Return what is told of a row of ``access.definitions_of``."""
    return DefinitionTold(
        code=row.code,
        name=row.name,
        version=row.number,
        lots=getattr(row, "lot_count", 0),
        created=row.created,
        edited=row.edited,
    )


def whole(response: HttpResponse, row: Definition) -> DefinitionWhole:
    """Return a definition with its document, and tag the answer."""
    tags.tagged(response, tags.tag_of_definition(row))
    return DefinitionWhole(**tell(row).model_dump(), text=row.text)


def tell_version(row: Version) -> VersionTold:
    """Return what is told of a version."""
    by = str(row.created_by) if row.created_by else ""
    return VersionTold(number=row.number, created=row.created, created_by=by)
