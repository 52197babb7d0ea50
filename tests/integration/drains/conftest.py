"""Amazon's services as another implementation of them speaks, with keys that it checks."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from workshop import parts
from workshop.supervisor import Supervisor, free_port

from tests.integration.drains.policies import policy_of
from tests.web.conftest import *  # noqa: F403 (fixtures are found by their names)
from tests.web.drains.conftest import *  # noqa: F403
from tests.web.drains.conftest import KEYS
from web.drains.models import Drain

THEIRS = {"s3": "theirs", "kinesis": "theirs", "cloudwatch": "/theirs"}


@dataclass(frozen=True, slots=True)
class Amazon:
    """Where it listens, and a user for each kind of drain, who may do what the manual says."""

    endpoint: str
    keys: dict[str, dict[str, str]]

    def client(self, service: str) -> Any:
        """Return a client of a service who may do everything, for a test to look with."""
        return parts.aws(service, self.endpoint, "test", "test")


@pytest.fixture(scope="session")
def amazon(supervisor: Supervisor, parts_folder: Path) -> Amazon:
    port = free_port()
    supervisor.start(parts.object_store(parts_folder / "amazon", port=port))
    endpoint = f"http://127.0.0.1:{port}"
    iam = parts.aws("iam", endpoint, "test", "test")
    return Amazon(endpoint, {kind: made_user(iam, kind, name) for kind, name in THEIRS.items()})


def made_user(iam: Any, kind: str, name: str) -> dict[str, str]:
    """Make a user with the policy that the manual has for this kind, and return the key."""
    iam.create_user(UserName=kind)
    policy = json.dumps(policy_of(kind, name))
    iam.put_user_policy(UserName=kind, PolicyName="drain", PolicyDocument=policy)
    key = iam.create_access_key(UserName=kind)["AccessKey"]
    return {"key_id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


@pytest.fixture
def drain_to(amazon: Amazon, make_drain: Callable[..., Drain]) -> Callable[..., Drain]:
    """Return a function that stores a drain which leads to one of these services."""

    def make(kind: str, *, secret: str = "", filter: dict[str, Any] | None = None, **said: Any):
        key = amazon.keys[kind]
        settings = KEYS | {"endpoint": amazon.endpoint, "key_id": key["key_id"]} | said
        secrets = {"secret_key": secret or key["secret"]}
        return make_drain(kind=kind, settings=settings, secrets=secrets, **(filter or {}))

    return make
