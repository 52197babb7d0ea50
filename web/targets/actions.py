"""Everything that changes targets, and the target as a run takes it along."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from django.db import IntegrityError, models, transaction
from django.utils import timezone

import simulator
from web.accounts.models import User
from web.audit.actions import note
from web.datasets.access import table_named
from web.datasets.tables import table_at
from web.platform import secrets
from web.targets import places
from web.targets.models import Target

Change: TypeAlias = str | None
"""What to do with a secret: a text is sealed and stored, "" forgets it, None keeps it."""
HEADERS = "headers"  # beside the credentials in what is sealed


class NameTaken(Exception):
    """Another target of the workspace was given the name at the same moment."""


class OptionsOutdated(Exception):
    """Options that were sound when they were saved are not any more; the text says which."""


class TableMissing(OptionsOutdated):
    """The credential table that it deals is not there, or not ready; the text says which."""


class OutOfReach(OptionsOutdated):
    """Nothing may be sent to one of its hosts; the text is a sentence that says why."""


class InUse(Exception):
    """Something needs the target; the text is a sentence that names it."""


def save_target(
    target: Target,
    *,
    password: Change = None,
    token: Change = None,
    by: User,
) -> Target:
    """Store the target, new or changed, and its secrets sealed.

    Args:
        target: With its workspace, and all values as ``TargetForm`` checked them.
        password: For MQTT, or for HTTP's basic authentication.
        token: For HTTP's bearer authentication.
        by: Who is named as the one that edited it.

    Raises:
        NameTaken: Another target has this name.
    """
    if password is not None:
        target.sealed_password, target.password_set = _sealed(password)
    if token is not None:
        target.sealed_token, target.token_set = _sealed(token)
    target.edited_by = by
    deed = "made" if target.pk is None else "saved"
    try:
        with transaction.atomic():
            target.save()
            note(f"target.{deed}", user=by, about=target, words=target.address)
    except IntegrityError as error:
        raise NameTaken("Another target of this workspace has this name.") from error
    return target


def hold_secrets(target: Target, made: Mapping[str, Any]) -> None:
    """Seal further secrets of the target; ``save_target`` then stores them.

    Args:
        made: Words of ``simulator.Credentials`` that go over password and token, such as a password
            that is made for each mock; {} forgets those that are stored.

    Raises:
        pydantic.ValidationError: They are none; its text shows no secret.
    """
    simulator.Credentials.model_validate(made)
    target.sealed_secrets, target.secrets_set = _sealed(json.dumps(made) if made else "")


def held_secrets(target: Target) -> dict[str, Any]:
    """Return what ``hold_secrets`` sealed, in the clear. Never store or print its keys.

    Raises:
        SealBroken: None of this installation's keys opens it.
    """
    held: dict[str, Any] = json.loads(secrets.unseal(target.sealed_secrets) or "{}")
    return held


def delete_target(target: Target) -> None:
    """Delete the target.

    Raises:
        InUse: A lot sends to it.
    """
    try:
        with transaction.atomic():
            note("target.deleted", about=target)
            target.delete()
    except models.ProtectedError as error:
        users = sorted({f"“{user}”" for user in error.protected_objects})
        raise InUse(
            f"{target.name} is still used by {', '.join(users[:5])}. "
            "Choose another target there, then delete it."
        ) from error


def lot_target(target: Target) -> simulator.Target:
    """Return the target as it stands in ``lot.json``: its secrets sealed, see ``credentials``.

    Raises:
        OptionsOutdated: Its options are not what this version of the simulator takes.
        TableMissing: The credential table that it deals is not ready.
        OutOfReach: Nothing may be sent to one of its hosts.
    """
    words = simulator.target_words(target.options, document(target))
    if words.value is None:
        raise OptionsOutdated(str(words.problems[0]))
    if why := places.unheld(words.value):
        raise OutOfReach(why)
    headers = dict(getattr(words.value, "headers", {}))
    changes: dict[str, Any] = {"secrets": _sealed_credentials(target, headers=headers)}
    if headers:  # a header may be a key of the service; see ``opened``
        changes["headers"] = {}
    if words.value.deal is not None:
        changes["deal"] = _with_key(target, words.value.deal)
    return words.value.model_copy(update=changes)


def table(target: simulator.Target) -> simulator.CredentialTable | None:
    """Return the credential table that a target of ``lot.json`` deals, in the clear; None: none.

    Raises:
        ObjectMissing, SealBroken, StorageUnavailable: As of ``datasets.tables.table_at``.
    """
    return None if target.deal is None else table_at(target.deal.key)


def _with_key(target: Target, deal: simulator.Deal) -> simulator.Deal:
    """Return a deal with the object of the table that is in force now."""
    upload = table_named(target.workspace, deal.table)
    if upload is None:
        raise TableMissing(
            f"the credential table “{deal.table}” is not ready; open it under Datasets to see why"
        )
    return deal.model_copy(update={"key": upload.key})


def speech_of(target: Target) -> simulator.Speech:
    """Return what of a definition the target's protocol carries; no secret is opened for it."""
    words = simulator.target_words(target.options, document(target))
    return (words.value or simulator.target_of(document(target))).speech


def beyond(target: Target, definition: simulator.Definition) -> tuple[simulator.Problem, ...]:
    """Return what of a definition the service of the target's profile would not take."""
    profile = simulator.PROFILES.get(target.profile)
    return simulator.limit_problems(definition, profile.limits) if profile else ()


def credentials(sealed: str) -> simulator.Credentials:
    """Return the secrets that ``lot_target`` sealed, in the clear. Never store or print them.

    Raises:
        SealBroken: None of this installation's keys opens it.
    """
    known = _unsealed(sealed)
    known.pop(HEADERS, None)
    return simulator.Credentials.model_validate(known)


def opened(target: simulator.Target) -> simulator.Target:
    """Return a target of ``lot.json`` with its headers in the clear. Never store or print it.

    Raises:
        SealBroken: None of this installation's keys opens them.
    """
    headers = _unsealed(target.secrets).get(HEADERS)
    if not headers:
        return target
    return target.model_copy(update={"headers": {**getattr(target, "headers", {}), **headers}})


def _unsealed(sealed: str) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(secrets.unseal(sealed) or "{}")
    return known


def _sealed(secret: str) -> tuple[str, datetime | None]:
    return (secrets.seal(secret), timezone.now()) if secret else ("", None)


def _sealed_credentials(target: Target, *, headers: Mapping[str, str]) -> str:
    """Return user name, password, token, headers as one sealed text; empty when there are none."""
    plain = {
        "username": target.username,
        "password": secrets.unseal(target.sealed_password),
        "token": secrets.unseal(target.sealed_token),
    }
    known = simulator.Credentials.model_validate(plain | held_secrets(target))
    if known == simulator.Credentials() and not headers:
        return ""
    said = json.loads(known.model_dump_json())
    return secrets.seal(json.dumps(said | ({HEADERS: dict(headers)} if headers else {})))


def document(target: Target) -> dict[str, Any]:
    """Return the target's own fields as plain data: without its options and its secrets."""
    common = {
        "protocol": target.protocol,
        "host": target.host,
        "port": target.port,
        "tls": _tls(target),
        "acknowledge_within": target.acknowledge_within,
    }
    own = _OPTIONS.get(target.protocol)
    return common | _deal(target) | (own(target) if own else {})


_HAVE_MORE = frozenset(("tls", "websocket", "will"))


def words_of_fields(protocol: str) -> frozenset[str]:
    """Return the words of a target that fields say, so that no options need to.

    Of TLS, WebSocket and a will there are more words than fields.
    """
    said = document(Target(protocol=protocol, host="host", port=1))
    return frozenset(said) - _HAVE_MORE


def words_inside(protocol: str) -> dict[str, tuple[str, ...]]:
    """Return which words inside of a word fields say, of those that have more: ``tls``'s ``ca``."""
    said = document(
        Target(
            protocol=protocol,
            host="host",
            port=1,
            has_tls=True,
            has_websocket=True,
            will_topic="gone",
        )
    )
    return {word: tuple(said[word]) for word in _HAVE_MORE if said.get(word)}


def _deal(target: Target) -> dict[str, Any]:
    """Return whose row of which table is whose; nothing where there is no table."""
    if target.table is None:
        return {}
    return {"deal": {"table": target.table.name, "by": target.dealing, "match": target.match}}


def _mqtt(target: Target) -> dict[str, Any]:
    is_five = target.version == Target.Version.FIVE
    return {
        "version": target.version,
        "client_id": target.client_id,
        "keep_alive": target.keep_alive,
        "clean_start": target.clean_start,
        "session_expiry": target.session_expiry if is_five else 0,
        "websocket": {"path": target.websocket_path} if target.has_websocket else None,
        "will": _will(target),
    }


def _http(target: Target) -> dict[str, Any]:
    return {"method": target.method, "path": target.path, "headers": target.headers}


# What only targets of one protocol have; others say it all in their options.
_OPTIONS: dict[str, Callable[[Target], dict[str, Any]]] = {
    "mqtt": _mqtt,
    "http": _http,
}


def _tls(target: Target) -> dict[str, Any] | None:
    if not target.has_tls:
        return None
    return {"ca": target.ca, "verify": target.verify, "server_name": target.server_name}


def _will(target: Target) -> dict[str, Any] | None:
    if not target.has_will:
        return None
    return {
        "topic": target.will_topic,
        "payload": target.will_payload,
        "qos": target.will_qos,
        "retain": target.will_retain,
    }
