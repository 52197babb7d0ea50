"""Every host that a target names, so that each can be held against what may be reached.

Rule: whoever adds a word that leads somewhere adds it here; a test looks for words that hold
addresses.
"""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from simulator.lot.http import HttpTarget
from simulator.lot.kafka import KafkaTarget
from simulator.lot.target import Target
from simulator.lot.way_back import Counter

PORTS = {"http": 80, "https": 443}


class Place(NamedTuple):
    """A host that connections go to, and the word of the target that says so."""

    word: str  # host, servers[0], oauth.token_url, way_back.url
    host: str
    port: int


def places_of(target: Target) -> Iterator[Place]:
    """Yield where a target leads, its own host first."""
    yield Place("host", target.host, target.port)
    if isinstance(target, KafkaTarget):
        for number, server in enumerate(target.servers):
            host, _, port = server.rpartition(":")
            yield Place(f"servers[{number}]", host, int(port))
    if isinstance(target, HttpTarget) and target.oauth:
        yield _of_url("oauth.token_url", target.oauth.token_url)
    if isinstance(target.way_back, Counter):
        yield _of_url("way_back.url", target.way_back.url)


def _of_url(word: str, url: str) -> Place:
    parts = urlsplit(url)
    return Place(word, parts.hostname or "", parts.port or PORTS[parts.scheme])
