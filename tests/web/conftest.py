"""Who is there in every test of the console: two owners' worlds and everybody in between."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from tests.web.object_store import ObjectStore
from web.accounts import actions
from web.accounts.models import Membership, Role, User, Workspace
from web.platform import health, large_files, limits, reach, storage
from web.status import banners

PASSWORD = "a long enough one 4711"


@pytest.fixture(autouse=True)
def _settings(settings, tmp_path):
    """Plain HTTP, fast hashing, and nothing that outlives the test."""
    settings.SECURE_SSL_REDIRECT = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MAIL_DIR = tmp_path / "mail"
    settings.SENDGRID_API_KEY = ""
    settings.CLOSED_HOSTS = ""  # read every few seconds, whichever test that is; closing's own ask


@pytest.fixture(autouse=True)
def _no_outages(monkeypatch):
    """Pages do not ask Redis and the store for the banner; its own tests do."""
    monkeypatch.setattr(health, "CHECKS", dict.fromkeys(health.CHECKS, lambda: ""))


@pytest.fixture(autouse=True)
def _no_banners(monkeypatch):
    """Pages do not ask the database for incidents to tell of; tests/web/status does."""
    monkeypatch.setattr(banners, "asked", lambda _now: [])


@pytest.fixture(autouse=True)
def _limits_of_its_own(monkeypatch):
    """What one test does counts for no other; tests/web/platform/test_limits.py asks a Redis.

    No time passes for them: on a slow machine nobody is let in who is one too many.
    """
    monkeypatch.setattr(limits, "shared", limits.Local(clock=lambda: 0.0))
    monkeypatch.setattr(limits, "local", limits.Local(clock=lambda: 0.0))


@pytest.fixture
def patient_names(monkeypatch):
    """Name servers have the time that they need: one that is not in time is let pass."""
    monkeypatch.setattr(reach, "RESOLVE_WITHIN", 30.0)
    monkeypatch.setattr(reach, "SECOND_TRY", 30.0)
    monkeypatch.setattr(reach, "ASK_AGAIN", 30.0)


@pytest.fixture
def object_store(monkeypatch) -> ObjectStore:
    """Return an object store in memory that stands where the real one does."""
    store = ObjectStore()
    for name in ("put", "put_file", "get", "get_range", "stream", "head", "delete", "keys"):
        monkeypatch.setattr(storage, name, getattr(store, name))
    monkeypatch.setattr(storage, "delete_many", store.delete_many)
    monkeypatch.setattr(storage, "listed", store.listed)
    for name in ("begin", "parts_of", "finish", "abort", "unfinished"):
        monkeypatch.setattr(large_files, name, getattr(store, name))
    for name in ("upload_form", "download_link", "probe"):
        monkeypatch.setattr(storage, name, getattr(store, name))
    return store


@pytest.fixture
def make_user(db) -> Callable[..., User]:
    """Return a function that makes a user with a name and no workspace."""

    def make(name: str) -> User:
        email = f"{name.lower()}-{uuid4().hex[:8]}@example.org"
        return User.objects.create_user(email, PASSWORD, name=name)

    return make


@pytest.fixture
def owner(make_user) -> User:
    return make_user("Olga")


@pytest.fixture
def workspace(owner) -> Workspace:
    """Return the workspace of ``owner``, ``teammate`` and ``viewer``."""
    return actions.create_workspace("Cold chain", by=owner)


@pytest.fixture
def teammate(make_user, workspace) -> User:
    """Return an editor of ``workspace``."""
    return joined(make_user("Tarou"), workspace, Role.EDITOR)


@pytest.fixture
def viewer(make_user, workspace) -> User:
    """Return a viewer of ``workspace``."""
    return joined(make_user("Vera"), workspace, Role.VIEWER)


@pytest.fixture
def stranger(make_user) -> User:
    """Return the owner of another workspace."""
    user = make_user("Stefan")
    actions.create_workspace("Elsewhere", by=user)
    return user


def joined(user: User, workspace: Workspace, role: Role) -> User:
    """Return the user, who is now in the workspace."""
    Membership.objects.create(user=user, workspace=workspace, role=role)
    return user


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """Return a function that gives a signed-in client for a user."""

    def client(user: User) -> Client:
        signed_in = Client()
        signed_in.force_login(user)
        return signed_in

    return client
