"""5,000 users of a credential table against a Mosquitto with passwords and an ACL per user."""

import hashlib
import io
import random
import threading
import time
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pyarrow.parquet as pq
import pytest
import yaml

from simulator import check_credentials, identity_problems, parse
from simulator.credentials import CredentialTable
from simulator.lot import Credentials, Deal, Lot, MqttTarget, Part, Tls
from simulator.tower import Assignment
from simulator.tower.loop import raise_open_files
from tests.integration.tower.peers import ARRIVE_WITHIN, Show, acted
from tests.integration.transports.certificates import Authority
from tests.integration.transports.conftest import Broker

pytestmark = pytest.mark.parts("mosquitto")

USERS = 5_000
WRONG = frozenset(range(7, USERS, 100))  # mocks whose password is not the one of the file
SHARD = 1_000
GIVEN_UP_AFTER = 600.0  # s; it takes 10 to 40
# What is not allowed goes first, so that it was tried by whoever is seen with what is. At QoS 0,
# for Mosquitto 2.0.11 closes the connection on a PUBLISH of 3.1.1 at QoS 1 that it denies.
DEVICE = """
name: Device
id: "d-{index:04d}"
messages:
  foreign: {topic: "devices/u-d-{index + 1:04d}/foreign", json: 1}
  own: {topic: "devices/u-{id}/own", qos: 1, json: 1}
statuses:
  trying: {enter: {send: [foreign]}, go: [{to: allowed, after: 1s}]}
  allowed: {enter: {send: [own]}}
"""


def password(number: int) -> str:
    return f"secret of {number}"


def password_line(user: str, word: str) -> str:
    """A line of the file as mosquitto_passwd writes it, which takes a process for each."""
    salt, rounds = user.encode().ljust(12, b".")[:12], 101
    digest = hashlib.pbkdf2_hmac("sha512", word.encode(), salt, rounds)
    return f"{user}:$7${rounds}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def table() -> CredentialTable:
    """The users in an order of their own, so that only their key says whose row is whose."""
    numbers = list(range(USERS))
    random.Random(4).shuffle(numbers)
    rows = [
        f"d-{n:04d},u-d-{n:04d},{'wrong' if n in WRONG else password(n)}" for n in numbers
    ]  # fmt: skip
    text = "\n".join(["id,username,password", *rows])
    checked = check_credentials("users.csv", text.encode(), now=time.time())
    assert checked.table is not None, checked.problems
    return checked.table


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that knows the users, and lets each publish below its own name."""
    if raise_open_files() < USERS + 1_000:
        pytest.skip("the system does not allow as many open files as there are users")
    passwords, rules = tmp_path / "passwords", tmp_path / "rules"
    users = [password_line(f"u-d-{n:04d}", password(n)) for n in range(USERS)]
    passwords.write_text("\n".join([*users, password_line("watcher", "watches"), ""]))
    rules.write_text(
        "pattern write devices/%u/#\n\nuser watcher\ntopic read #\ntopic write marks/#\n"
    )
    for file in (passwords, rules):
        file.chmod(0o600)
    made = Broker(
        tmp_path,
        "allow_anonymous false",
        f"password_file {passwords}",
        f"acl_file {rules}",
        "max_queued_messages 0",
    )
    yield made
    made.stop()


class Watcher:
    """Somebody else's client, who may read everything."""

    def __init__(self, port: int) -> None:
        self.topics: dict[str, int] = {}
        self._is_subscribed, self._is_marked = threading.Event(), threading.Event()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="watcher")
        self._client.username_pw_set("watcher", "watches")
        self._client.on_connect = lambda *_: self._client.subscribe("#")
        self._client.on_subscribe = lambda *_: self._is_subscribed.set()
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._is_subscribed.wait(ARRIVE_WITHIN)

    def _take(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        if message.topic.startswith("marks/"):
            self._is_marked.set()
        else:
            self.topics[message.topic] = self.topics.get(message.topic, 0) + 1

    def close(self) -> None:
        """Leave, once everything that the broker took before has come."""
        self._client.publish("marks/end", b"")
        assert self._is_marked.wait(ARRIVE_WITHIN)
        self._client.disconnect()
        self._client.loop_stop()


def lot(port: int) -> Lot:
    part = Part(name="Device", document=yaml.safe_load(DEVICE), count=USERS)
    target = MqttTarget(host="127.0.0.1", port=port, deal=Deal(table="users.csv", by="key"))
    return Lot(duration=GIVEN_UP_AFTER, parts=[part], target=target)


def records(show: Show) -> list[dict[str, Any]]:
    tables = [pq.read_table(io.BytesIO(chunk.data)).to_pylist() for chunk in show.chunks]
    return [row for rows in tables for row in rows]


def refused(show: Show) -> set[str]:
    """Who lost a connection, or never had one, as far as it is recorded."""
    return {row["id"] for row in records(show) if row["event"] == "lost"}


def test_each_mock_publishes_under_its_own_name_alone_and_wrong_passwords_are_named(
    broker: Broker,
) -> None:
    asked, users, show = lot(broker.port), table(), Show()
    parts = [(parse(DEVICE), USERS)]
    watcher = Watcher(broker.port)
    good = {f"d-{n:04d}" for n in range(USERS) if n not in WRONG}

    def end_when_all_have_sent(running: Show) -> None:
        if len(watcher.topics) >= len(good) and len(refused(running) - good) == len(WRONG):
            running.tower.drain()

    show.each.append(end_when_all_have_sent)
    assert not identity_problems(
        parts, target=asked.target, secrets=Credentials(), table=users, now=time.time()
    )
    acted(
        show.run(
            *(
                Assignment(
                    shard=f"from {first}", lot=asked, part=0, first=first, count=SHARD,
                    epoch=time.time(), table=users,
                )
                for first in range(0, USERS, SHARD)
            )
        ),
        within=GIVEN_UP_AFTER + 60,
    )  # fmt: skip
    watcher.close()

    kept = records(show)
    assert set(watcher.topics) == {f"devices/u-{name}/own" for name in good}
    tried = {row["id"] for row in kept if (row["message"], row["result"]) == ("foreign", "sent")}
    assert tried == good
    losts = {row["id"]: row["reason"] for row in kept if row["event"] == "lost"}
    named = {name: reason for name, reason in losts.items() if name not in good}
    assert len(named) == len(WRONG)
    assert all("not authorised" in reason for reason in named.values()), set(named.values())
    assert {row["id"] for row in kept if row["event"] == "connect"} == good


# Certificates.


def test_each_mock_shows_the_certificate_of_its_row_and_strangers_are_named(
    tmp_path: Path,
) -> None:
    authority, stranger = Authority(), Authority("Somebody else's authority")
    count, wrong = 12, {3, 8}
    made = Broker(
        tmp_path,
        *secure_lines(tmp_path, authority),
        "require_certificate true",
        "allow_anonymous true",
    )
    users = certificate_table([stranger if n in wrong else authority for n in range(count)])
    target = MqttTarget(
        host="127.0.0.1",
        port=made.port,
        tls=Tls(ca=authority.pem),
        deal=Deal(table="things.zip", by="key"),
    )
    part = Part(name="Device", document=yaml.safe_load(DEVICE), count=count)
    asked, show = Lot(duration=GIVEN_UP_AFTER, parts=[part], target=target), Show()

    def end_when_all_have_tried(running: Show) -> None:
        tried = {row["mock"] for row in records(running) if row["event"] in ("connect", "lost")}
        if len(tried) == count:
            running.tower.drain()

    show.each.append(end_when_all_have_tried)
    try:
        acted(
            show.run(
                Assignment(
                    shard="a", lot=asked, part=0, first=0, count=count, epoch=time.time(),
                    table=users,
                )
            )
        )  # fmt: skip
    finally:
        made.stop()

    kept = records(show)
    connected = {row["mock"] for row in kept if row["event"] == "connect"}
    lost = {row["mock"] for row in kept if row["event"] == "lost"}
    assert connected == set(range(count)) - wrong
    assert wrong <= lost


def secure_lines(folder: Path, authority: Authority) -> list[str]:
    """A broker's lines for TLS, with a certificate of the authority."""
    certificate, key = authority.issue(folder)
    (folder / "authority.pem").write_text(authority.pem)
    return [
        f"cafile {folder / 'authority.pem'}",
        f"certfile {certificate}",
        f"keyfile {key}",
    ]


def certificate_table(authorities: list[Authority]) -> CredentialTable:
    """A ZIP as a user brings it: one certificate a mock, each of its own authority."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, authority in enumerate(authorities):
            certificate, key = authority.issue_client(f"u-d-{number:04d}")
            archive.writestr(f"certs/{number}.pem", certificate)
            archive.writestr(f"certs/{number}.key", key)
        rows = [f"d-{n:04d},certs/{n}.pem,certs/{n}.key" for n in range(len(authorities))]
        archive.writestr("things.csv", "\n".join(["id,certificate,key", *rows]))
    checked = check_credentials("things.zip", buffer.getvalue(), now=time.time())
    assert checked.table is not None, checked.problems
    return checked.table
