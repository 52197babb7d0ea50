"""A mock's secrets in texts of the target: a token in a path, a password in a login line.

Rule: filled in for each connection, for they may change; never kept, never in an error.
"""

from collections.abc import Callable

from simulator.transports.parcel import Identity, shown

# What may stand in such a text, beside what is fixed for a mock and is filled in before.
SECRETS: dict[str, Callable[[Identity], str]] = {
    "{token}": lambda identity: shown(identity.token),
    "{password}": lambda identity: shown(identity.password),
    "{username}": lambda identity: identity.username,
}


def filled(text: str, identity: Identity, encode: Callable[[str], str] = str) -> str:
    """Return the text for one connection of the mock; ``encode`` is of what is filled in."""
    for word, secret in SECRETS.items():
        if word in text:
            text = text.replace(word, encode(secret(identity)))
    return text
