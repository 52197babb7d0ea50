"""Programs with keys of each role, and what they can ask for."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.web.logs.conftest import *  # noqa: F403 (fixtures are found by their names)
from tests.web.targets.conftest import form  # noqa: F401
from tests.web.test_strangers import arguments  # noqa: F401
from web.accounts.models import Role, User, Workspace
from web.keys.actions import make_key


class Program:
    """What shows a key to the API."""

    def __init__(self, key: str = "") -> None:
        self._client = Client(enforce_csrf_checks=True)
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Ask ``/api/v1/<path>``; underscores in ``headers`` are hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address = path if path.startswith("/") else f"/api/v1/{path}"
        data = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        return self._client.generic(
            method, address, data, "application/json", headers=self._headers | named
        )

    def get(self, path: str, **headers: str) -> Any:
        """Return the answer to GET, which must be 200."""
        answer = self.ask("GET", path, **headers)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Return the answer to POST, which must be good."""
        answer = self.ask("POST", path, body, **headers)
        assert answer.status_code in {200, 201, 202}, answer.content.decode()
        return answer.json()


def is_problem(answer: HttpResponse, kind: str) -> bool:
    """Whether an answer is a problem of a kind, and says its own status."""
    return (
        answer.headers["Content-Type"] == "application/problem+json"
        and answer.json()["type"] == f"/api/docs/#{kind}"
        and answer.json()["status"] == answer.status_code
    )


@pytest.fixture
def key_of(workspace) -> Callable[..., str]:
    """Return a function that makes a key for a user, with a role, and gives its text."""

    def key(user: User, role: Role = Role.OWNER, *, of: Workspace | None = None) -> str:
        return make_key(of or workspace, name="Build", role=role, life=None, by=user)[1]

    return key


@pytest.fixture
def program(key_of, owner) -> Program:
    """Return a program with an editor's key."""
    return Program(key_of(owner, Role.EDITOR))


@pytest.fixture
def onlooker(key_of, owner) -> Program:
    """Return a program with a viewer's key."""
    return Program(key_of(owner, Role.VIEWER))


@pytest.fixture
def outsider(key_of, stranger) -> Program:
    """Return a program with an owner's key of another workspace."""
    return Program(key_of(stranger, of=stranger.memberships.get().workspace))
