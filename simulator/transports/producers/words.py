"""Errors of libraries in words for the log.

Rule: equal failures have equal words, without an address or a secret.
"""

import re

from simulator.transports import reasons
from simulator.transports.gate import forbidden_of

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ENDINGS = ("Error", "Exception")


def spelled(name: str) -> str:
    """Return the name of an error as words: ``NotEnoughReplicasError`` is not enough replicas."""
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return _CAPITAL.sub(" ", name).lower() or "error"


def words_of(error: BaseException, protocol: str) -> str:
    """Return why something failed; of errors of the road, the words that all protocols have."""
    if forbidden := forbidden_of(error):
        return str(forbidden)
    if isinstance(error, OSError) and error.errno is not None:
        return reasons.reason(error)
    return f"{protocol}: {spelled(type(error).__name__)}"
