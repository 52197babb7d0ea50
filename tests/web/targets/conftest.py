"""A form of a target that is right, and a stored one."""

from collections.abc import Callable
from typing import Any

import pytest

from web.targets import actions
from web.targets.models import Target

FORM = {
    "name": "Broker",
    "protocol": "mqtt",
    "host": "broker.example",
    "port": "1883",
    "verify": "on",
    "version": "3.1.1",
    "clean_start": "on",
    "dealing": "order",
    "password_made": "plain",
    "token_made": "plain",
    "client_id": "{id}",
    "keep_alive": "60",
    "will_qos": "0",
    "method": "POST",
    "acknowledge_within": "20",
}


@pytest.fixture
def form() -> Callable[..., dict[str, str]]:
    """Return a function that gives what a browser posts; None leaves a field out."""

    def filled(**changes: Any) -> dict[str, str]:
        return {name: value for name, value in (FORM | changes).items() if value is not None}

    return filled


@pytest.fixture
def target(workspace, owner) -> Target:
    stored = Target(workspace=workspace, name="Broker", host="broker.example", port=1883)
    return actions.save_target(stored, password="hunter2", by=owner)
