"""What a review app begins with: a user, ready devices, and a lot that can be started at once.

Rule: needs no worker, no object store and no target of one's own; doing it twice changes nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from web.accounts import actions as accounts
from web.accounts.models import User, Workspace
from web.lots.actions import PartPlan
from web.lots.models import Lot
from web.platform.demo import workspace as demo

DEVICES = ("cold-chain-sensor", "smart-meter", "ev-charger")  # those that need no dataset
# As many as may go to a target that nobody proved to be theirs.
MOCKS = 10
LASTS = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Review:
    """What was made; ``password`` is empty where the user was there already."""

    lot: Lot
    email: str
    password: str


def seed(*, host: str, port: int) -> Review:
    """Make what is missing; the lot sends to the MQTT broker at ``host``.

    Raises:
        DefinitionError: The target may not be sent to, or does not exist.
    """
    user = User.objects.filter(email=demo.EMAIL).first()
    password = "" if user else secrets.token_urlsafe(16)
    user = user or accounts.sign_up(email=demo.EMAIL, name=demo.NAME, password=password)
    workspace = Workspace.objects.filter(memberships__user=user).earliest("created")
    devices = [
        demo.have_definition(workspace, (demo.HERE / f"{name}.yaml").read_text("utf-8"), by=user)
        for name in DEVICES
    ]
    target = demo.have_target(workspace, "Public broker", "mqtt", port, host=host, by=user)
    lot = demo.have_lot(
        target, "Ten sensors", [PartPlan(devices[0], MOCKS)], duration=LASTS, by=user
    )
    return Review(lot=lot, email=demo.EMAIL, password=password)
