"""The key that a workspace shows on a host to prove that it is its own.

Rule: made of the workspace and the host, so that it is good for nothing else; it is no secret to
the host, and nobody else's key.
"""

import base64

from django.utils.crypto import salted_hmac

import simulator
from web.accounts.models import Workspace
from web.targets.models import Target

SALT = "mocklot.ownership"
BYTES = 15  # 24 letters and digits
PREFIX = "mocklot-ownership="
FILE = "/.well-known/mocklot-ownership.txt"
CHALLENGE, ANSWER = "Mocklot-Challenge", "Mocklot-Answer"
RECORD = "_mocklot"


def host_of(target: Target) -> str:
    """Return a target's host in the one way in which proofs name it."""
    try:
        return str(simulator.host_in(target.host))
    except simulator.NoHost:
        return target.host.lower()


def key_of(workspace: Workspace, host: str) -> str:
    """Return the key of a workspace for a host: 24 characters of a to z and 2 to 7."""
    digest = salted_hmac(SALT, f"{workspace.code}/{host}", algorithm="sha256").digest()
    return base64.b32encode(digest[:BYTES]).decode().lower()


def line_of(workspace: Workspace, host: str) -> str:
    """Return what the file and the record hold."""
    return PREFIX + key_of(workspace, host)


def topics_of(workspace: Workspace, host: str) -> tuple[str, str, str]:
    """Return the topics of the proof over MQTT: of a retained key, a challenge, and its answer."""
    base = f"mocklot/ownership/{key_of(workspace, host)}"
    return base, f"{base}/challenge", f"{base}/answer"
