"""Every host that a target names is told, whatever word names it."""

from typing import get_args

from simulator.lot.places import places_of
from simulator.lot.schema import target_schema
from simulator.lot.targets import AnyTarget, target_of

KINDS = get_args(get_args(AnyTarget)[0])

# Words of targets whose name says that they lead somewhere; each is in ``places_of``.
LEADING = {"host", "servers", "token_url", "url"}


def test_all_places_of_a_target_are_told() -> None:
    oauth = {"token_url": "https://login.example/token", "client_id": "c"}
    way = {"kind": "counter", "url": "http://counter.example:81/n"}
    http = target_of(
        {"protocol": "http", "host": "a.example", "port": 1, "oauth": oauth, "way_back": way}
    )
    kafka = target_of(
        {"protocol": "kafka", "host": "k", "port": 2, "servers": ["b.example:9", "[::1]:10"]}
    )

    assert list(places_of(http)) == [
        ("host", "a.example", 1),
        ("oauth.token_url", "login.example", 443),
        ("way_back.url", "counter.example", 81),
    ]
    assert list(places_of(kafka)) == [
        ("host", "k", 2),
        ("servers[0]", "b.example", 9),
        ("servers[1]", "[::1]", 10),
    ]


def words_in(schema: object) -> set[str]:
    """Return the names of all properties of a JSON Schema."""
    if isinstance(schema, list):
        return set().union(*map(words_in, schema))
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {}))
    return own.union(*map(words_in, schema.values()))


def test_no_word_of_a_target_leads_somewhere_unseen() -> None:
    protocols = [
        "mqtt",
        "http",
        "coap",
        "tcp",
        "udp",
        "websocket",
        "kafka",
        "amqp",
        "nats",
        "kinesis",
    ]
    words = set().union(*(words_in(target_schema(each)) for each in protocols))

    hints = ("url", "host", "server", "endpoint", "uri", "broker", "proxy", "redirect")
    suspects = {word for word in words if any(hint in word for hint in hints)}
    assert suspects - {"server_name", "follow_redirects", "virtual_host", "uri_host"} <= LEADING
