"""A mock's secrets in texts of the target: a token in a path, a password in a login line.

Rule: filled in for each connection, for they may change; never kept, never in an error.
"""

from collections.abc import Callable

from simulator.lot.secret_words import SECRET_WORDS
from simulator.transports.parcel import Identity, shown


def filled(text: str, identity: Identity, encode: Callable[[str], str] = str) -> str:
    """Return the text for one connection of the mock; ``encode`` is of what is filled in."""
    for word in SECRET_WORDS:
        if word in text:
            text = text.replace(word, encode(shown(getattr(identity, word[1:-1]))))
    return text
