"""Everything that changes API keys."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from web.accounts.models import Role, User, Workspace
from web.audit.actions import note
from web.keys.access import MARK, digest_of
from web.keys.models import Key

MOST = 100  # keys of a workspace that are good


class TooMany(Exception):
    """The workspace has as many keys as it may; the text is a sentence."""


@transaction.atomic
def make_key(
    workspace: Workspace, *, name: str, role: Role, life: timedelta | None, by: User
) -> tuple[Key, str]:
    """Return a new key and its text, which is shown now and never again.

    Args:
        workspace: Where it may do something.
        name: What people call it.
        role: What it may do; not above that of ``by``.
        life: How long it is good; None: until it is revoked.
        by: For whom it acts.

    Raises:
        TooMany: The workspace may have no more.
    """
    now = timezone.now()
    if sum(key.state(now) == "ok" for key in workspace.api_keys.all()) >= MOST:
        raise TooMany(f"A workspace has at most {MOST} keys. Revoke one that nobody needs.")
    prefix = f"{MARK}_{secrets.token_hex(4)}"
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = Key.objects.create(
        workspace=workspace,
        name=name,
        role=role,
        prefix=prefix,
        digest=digest_of(text),
        created_by=by,
        expires=now + life if life else None,
    )
    note("key.made", user=by, about=key, words=f"May what {a_role(role)} may.")
    return key, text


@transaction.atomic
def revoke(key: Key, *, by: User) -> bool:
    """Make a key good for nothing from now on; False where it was revoked already."""
    done = Key.objects.filter(id=key.id, revoked=None).update(revoked=timezone.now())
    if done:
        note("key.revoked", user=by, about=key)
    return bool(done)


def a_role(role: Role) -> str:
    """Return the role with its article: "an editor"."""
    return f"a{'' if role == Role.VIEWER else 'n'} {role.label.lower()}"
