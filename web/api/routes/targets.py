"""Targets: where mocks connect to. Secrets go in and never come out."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from web.api import tags
from web.api.door import EDITOR, VIEWER, KeyRequest
from web.api.filling import as_shown, posted
from web.api.paging import Listed, Wanted, by_name
from web.api.problems import Invalid, form_errors
from web.targets import access, actions, headers
from web.targets.forms import TargetForm
from web.targets.models import Target

router = Router(tags=["Targets"])
WRONG = "The target cannot be like this."
FORGOTTEN = ("password", "token", "client_secret", "hmac_key", "observer_password")


class TargetTold(Schema):
    """A target in short."""

    code: UUID
    name: str
    protocol: str
    address: str = Field(description="mqtts://broker.example:8883")
    created: datetime
    edited: datetime


class TargetWhole(TargetTold):
    """A target with all its fields but the secrets."""

    host: str
    port: int
    has_tls: bool
    verify: bool
    server_name: str
    ca: str
    version: str
    client_id: str
    keep_alive: int = Field(description="s")
    clean_start: bool
    session_expiry: int = Field(description="s")
    has_websocket: bool
    websocket_path: str
    will_topic: str
    will_payload: str
    will_qos: int
    will_retain: bool
    method: str
    path: str
    headers: dict[str, str]
    acknowledge_within: float = Field(description="s")
    options: str = Field(description="Further words of the target, YAML.")
    table: str | None = Field(description="Name of the credential table that it deals.")
    dealing: str
    match: str
    username: str
    has_password: bool
    has_token: bool


class TargetWords(Schema, extra="forbid"):
    """What to change of a target; what is not said stays as it is, of a new one as usual."""

    name: str | None = None
    protocol: str | None = Field(None, description="mqtt, http, websocket, coap, tcp, udp, ...")
    host: str | None = None
    port: int | None = Field(None, description="0: the protocol's usual one.")
    has_tls: bool | None = None
    verify: bool | None = Field(None, description="Check the far side's certificate.")
    server_name: str | None = None
    ca: str | None = Field(None, description="PEM; empty: the system's authorities.")
    version: Literal["3.1.1", "5"] | None = Field(None, description="Of MQTT.")
    client_id: str | None = None
    keep_alive: int | None = Field(None, description="s, 5 to 65,535")
    clean_start: bool | None = None
    session_expiry: int | None = Field(None, description="s; of MQTT 5")
    has_websocket: bool | None = Field(None, description="MQTT inside of WebSocket.")
    websocket_path: str | None = None
    will_topic: str | None = None
    will_payload: str | None = None
    will_qos: int | None = None
    will_retain: bool | None = None
    method: Literal["POST", "PUT", "PATCH"] | None = Field(None, description="Of HTTP.")
    path: str | None = None
    headers: dict[str, str] | None = None
    acknowledge_within: float | None = Field(None, description="s, 0.1 to 300")
    options: str | None = Field(None, description="YAML, as /schemas/target-<protocol>.json says.")
    table: str | None = Field(None, description="Name of a credential table; empty: none.")
    dealing: Literal["order", "key", "round_robin"] | None = None
    match: str | None = None
    username: str | None = None
    password: str | None = Field(None, description="Empty: the stored one is forgotten.")
    token: str | None = Field(None, description="Empty: the stored one is forgotten.")
    certificate: str | None = Field(None, description="PEM, of the client.")
    private_key: str | None = Field(None, description="PEM, not encrypted.")
    hmac_key: str | None = None
    client_secret: str | None = None
    observer_username: str | None = None
    observer_password: str | None = None


@router.get("targets", response=Listed[TargetTold], **VIEWER)
def list_targets(request: KeyRequest, wanted: Query[Wanted]) -> Listed[TargetTold]:
    """List targets by name."""
    return by_name(access.targets_of(request.workspace), wanted, tell)


@router.post("targets", response={201: TargetWhole}, **EDITOR)
def make_target(
    request: KeyRequest, response: HttpResponse, body: TargetWords
) -> Status[TargetWhole]:
    """Make a target."""
    form = held(Target(workspace=request.workspace), body)
    return Status(201, whole(response, save(request, form)))


@router.get("targets/{uuid:target}", response=TargetWhole, **VIEWER)
def get_target(request: KeyRequest, response: HttpResponse, target: UUID) -> TargetWhole:
    """Get a target, without its secrets."""
    return whole(response, access.target_of(request.workspace, target))


@router.patch("targets/{uuid:target}", response=TargetWhole, **EDITOR)
def change_target(
    request: KeyRequest, response: HttpResponse, target: UUID, body: TargetWords
) -> TargetWhole:
    """Change what is said of a target; with `If-Match` only as it was fetched."""
    found = access.target_of(request.workspace, target)
    with tags.unchanged(request, found, tags.tag_of_target):
        saved = save(request, held(found, body))
    return whole(response, saved)


@router.delete("targets/{uuid:target}", response={204: None}, **EDITOR)
def delete_target(request: KeyRequest, target: UUID) -> Status[None]:
    """Delete a target, unless a lot sends to it."""
    found = access.target_of(request.workspace, target)
    with tags.unchanged(request, found, tags.tag_of_target):
        actions.delete_target(found)
    return Status(204, None)


def held(target: Target, body: TargetWords) -> TargetForm:
    """Return the form of a target as it would be.

    Raises:
        Invalid: It cannot be like this.
    """
    form = TargetForm(posted(typed(target) | words(target, body)), instance=target)
    if form.is_valid():
        return form
    places = [{"detail": each["text"], "place": each["place"]} for each in form.wrong_places]
    raise Invalid(WRONG, *form_errors(form, form.credentials), *places)


def save(request: KeyRequest, form: TargetForm) -> Target:
    """Return the target of a form that is right, stored."""
    form.credentials.apply(form.instance)
    return actions.save_target(form.instance, **form.credentials.changes, by=request.user)


def typed(target: Target) -> dict[str, Any]:
    """Return the form of a target as it is now."""
    form = TargetForm(instance=target)
    own = form.credentials
    return as_shown(form, own, *own.made_password, *own.made_token)


def words(target: Target, body: TargetWords) -> dict[str, Any]:
    """Return what a program says, as the form has it."""
    said = body.model_dump(exclude_none=True)
    for name in FORGOTTEN:
        said |= {f"clear_{name}": True} if said.get(name) == "" else {}
    for name in ("password", "token"):
        said |= {f"{name}_made": "plain"} if name in said else {}
    if "headers" in said:
        said["headers"] = headers.text_of(said["headers"])
    if said.get("port") == 0:
        said["port"] = ""
    if said.get("table"):
        known = access.tables_of(target.workspace).filter(name=said["table"]).first()
        said["table"] = known.pk if known else 0  # the form says that it is not there
    return said


def tell(row: Target) -> TargetTold:
    """Return a target in short."""
    names = TargetTold.model_fields
    return TargetTold(**{name: getattr(row, name) for name in names})


def whole(response: HttpResponse, row: Target) -> TargetWhole:
    """Return a target without its secrets, and tag the answer."""
    tags.tagged(response, tags.tag_of_target(row))
    own: dict[str, Any] = {"table": row.table.name if row.table else None}
    own |= {"has_password": row.password_set is not None, "has_token": row.token_set is not None}
    names = TargetWhole.model_fields.keys() - own.keys()
    return TargetWhole(**own, **{name: getattr(row, name) for name in names})
