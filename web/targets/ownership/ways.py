"""The ways to prove that a host is one's own; each looks there once and says what it found.

Rule: blocking, in a job; every connection passes the gate, no redirect is followed, and what is
read and waited for is bounded. What anybody could show proves nothing.
"""

import http.client
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from django.conf import settings

import simulator
from web.platform import reach
from web.platform.destinations import Address
from web.platform.hosts import AddressError
from web.platform.outgoing import Connection, words_of
from web.targets import actions, senders
from web.targets.models import Target
from web.targets.ownership import keys
from web.targets.ownership.models import Way

ANSWER_WITHIN = 8.0  # s, for each wait
MOST_READ = 4_096  # bytes of an answer
USUAL = (("https", 443), ("http", 80))
WEB_PORTS = (80, 443)  # only who runs the machine can listen there: it is of the whole host
FAILURES = (OSError, http.client.HTTPException, AddressError)
# Where anybody may come in and leave messages.
PUBLIC_BROKERS = re.compile(
    r"(test\.mosquitto\.org|broker\.(hivemq|emqx)\.(com|io)|(mqtt|iot)\.eclipse(projects)?\.(io|org)"
    r"|mqtt-dashboard\.com|broker\.mqttdashboard\.com|public\.mqtthq\.com|mqtt\.fluux\.io)"
)
# Endpoints that a cloud gives to one account each, or that know an account by its credentials.
CLOUDS = re.compile(
    r"[\w-]+\.(iot|ats\.iot)\.[\w-]+\.amazonaws\.com(\.cn)?|[\w-]+-ats\.iot\.[\w-]+\.amazonaws\.com"
    r"|kinesis\.[\w-]+\.amazonaws\.com|[\w-]+(\.[\w-]+)*\.kafka\.[\w-]+\.amazonaws\.com"
    r"|[\w-]+\.mq\.[\w-]+\.amazonaws\.com|[\w-]+\.azure-devices\.(net|cn)"
    r"|[\w-]+\.servicebus\.windows\.net|[\w-]+\.[\w-]+\.ts\.eventgrid\.azure\.net"
    r"|[\w-]+(\.[\w-]+)*\.hivemq\.cloud|[\w-]+(\.[\w-]+)*\.emqx(sl\.com|\.cloud)"
    r"|[\w-]+(\.[\w-]+)*\.confluent\.cloud"
)
WITH_VISITS = frozenset({"mqtt", "kafka", "amqp", "nats", "kinesis"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: sentences, and whether it is a proof; ``is_of_host`` of all ports."""

    words: str
    is_proof: bool = False
    is_of_host: bool = False


def ways_of(target: Target) -> list[Way]:
    """Return the ways that a target can be proved in."""
    host = keys.host_of(target)
    found = [Way.FILE]
    if target.protocol == "http":
        found.insert(0, Way.ECHO)
    if not _is_address(host):
        found.append(Way.DNS)
    if target.protocol == "mqtt":
        found.append(Way.MQTT)
    if target.protocol in WITH_VISITS and CLOUDS.fullmatch(host):
        found.insert(0, Way.CLOUD)
    return found


def look(target: Target, way: Way) -> Finding:
    """Look once whether a target is proved in this way; takes 30 s at most."""
    return _LOOKS[way](target)


def _file(target: Target) -> Finding:
    """Look for the file on the target's own port, where it is a web server, and on the usual ones.

    What is on another port is said of that port alone.
    """
    wanted = keys.line_of(target.workspace, keys.host_of(target))
    said = []
    for place in _web_places(target):
        try:
            status, _, body = _fetch(target, place)
        except FAILURES as error:
            said.append(f"{place}: {words_of(error, place)}")
            continue
        if status == http.client.OK and wanted in body.decode("utf-8", "replace").split():
            is_of_host = place.port in WEB_PORTS
            return Finding(f"The file is at {place}.", is_proof=True, is_of_host=is_of_host)
        lacks = "has another content" if status == http.client.OK else f"answers {status}"
        said.append(f"{place} {lacks}.")
    return Finding(" ".join(said))


def _web_places(target: Target) -> list[Address]:
    is_web = target.protocol in ("http", "websocket")
    usual = [Address(scheme, target.host, port, keys.FILE) for scheme, port in USUAL]
    return list(dict.fromkeys([*([_endpoint(target, keys.FILE)] if is_web else []), *usual]))


def _endpoint(target: Target, path: str) -> Address:
    return Address("https" if target.has_tls else "http", target.host, target.port, path)


def _echo(target: Target) -> Finding:
    """Ask the endpoint itself, with a challenge that no stored answer knows."""
    challenge = secrets.token_hex(12)
    wanted = f"{challenge}.{keys.key_of(target.workspace, keys.host_of(target))}"
    place = _endpoint(target, target.path or "/")
    try:
        status, headers, _ = _fetch(target, place, challenge=challenge)
    except FAILURES as error:
        return Finding(f"{place}: {words_of(error, place)}")
    answer = (headers.get(keys.ANSWER) or "").strip()
    if secrets.compare_digest(answer.encode(), wanted.encode()):
        return Finding("The endpoint answered with the challenge and the key.", is_proof=True)
    what = "another value" if answer else f"no header {keys.ANSWER}"
    return Finding(f"The endpoint answered {status} with {what}.")


def _dns(target: Target) -> Finding:
    """Look for the record of the host, or of a domain above it: whoever has that, has the host."""
    import dns.exception  # noqa: PLC0415  (slow to import, and few processes ask)

    host = keys.host_of(target)
    wanted = keys.line_of(target.workspace, host)
    labels = host.split(".")
    names = [".".join(labels[place:]) for place in range(max(1, len(labels) - 1))]
    asked = reach.resolver(settings.NAME_SERVERS)
    for name in names[:4]:
        try:
            answer = asked.resolve(f"{keys.RECORD}.{name}", "TXT", search=False)
        except dns.exception.DNSException:
            continue
        texts = [b"".join(record.strings).decode("ascii", "replace") for record in answer]
        if wanted in texts:
            words = f"The record is at {keys.RECORD}.{name}."
            return Finding(words, is_proof=True, is_of_host=True)
    return Finding(f"No TXT record {keys.RECORD}.{host} has the text.")


def _mqtt(target: Target) -> Finding:
    """Look for the key on its topic, retained or in answer to a challenge, where not everybody may
    leave messages."""
    if PUBLIC_BROKERS.fullmatch(keys.host_of(target)):
        return Finding("This broker is everybody's: a message on it proves nothing.")
    host, challenge = keys.host_of(target), secrets.token_hex(12)
    key = keys.key_of(target.workspace, host).encode()
    kept, asked, answered = keys.topics_of(target.workspace, host)
    wanted = {(kept, key), (answered, challenge.encode())}
    unknown, mock = _visits(
        target,
        subscriptions=(kept, answered),
        say=(asked, challenge.encode()),
        until=lambda visit: bool(wanted & set(visit.heard)),
    )
    if unknown.is_in:
        return Finding(
            "The broker lets in whoever comes, with any user name: a message on it proves nothing. "
            "Prove the host in another way."
        )
    if wanted & set(mock.heard):
        return Finding("The broker has the key on its topic.", is_proof=True)
    if not mock.is_in:
        return Finding(f"The broker did not let the first mock in: {mock.reason}.")
    return Finding(f"Nobody said the key on {kept}, or the challenge on {answered}.")


def _cloud(target: Target) -> Finding:
    """Visit an endpoint that a cloud gives to an account: who is let in has that account."""
    if not CLOUDS.fullmatch(keys.host_of(target)):
        return Finding(f"{target.host} is no endpoint that we know to be of one account.")
    unknown, mock = _visits(target)
    if unknown.is_in:
        return Finding("The endpoint lets in whoever comes, so that coming in proves nothing.")
    if not mock.is_in:
        return Finding(f"The endpoint did not let the first mock in: {mock.reason}.")
    return Finding("The endpoint let the first mock in, and nobody else.", is_proof=True)


def _visits(target: Target, **more: Any) -> tuple[simulator.Visit, simulator.Visit]:
    meant = actions.lot_target(target)
    visits = simulator.visitors_of(
        meant, actions.credentials(meant.secrets), actions.table(meant), **more
    )
    found: tuple[simulator.Visit, simulator.Visit] = simulator.run_in_loop(
        visits(), reach=reach.reach()
    )
    return found


_LOOKS: dict[Way, Callable[[Target], Finding]] = {
    Way.FILE: _file,
    Way.ECHO: _echo,
    Way.DNS: _dns,
    Way.MQTT: _mqtt,
    Way.CLOUD: _cloud,
}


def _fetch(target: Target, place: Address, *, challenge: str = "") -> tuple[int, Any, bytes]:
    """Return status, headers and the beginning of the body, or raise one of ``FAILURES``."""
    connection = Connection(
        place, within=ANSWER_WITHIN, authorities=target.ca, name=target.server_name
    )
    headers = {"User-Agent": senders.AGENT} | ({keys.CHALLENGE: challenge} if challenge else {})
    try:
        connection.request("GET", place.path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read(MOST_READ)
    finally:
        connection.close()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
