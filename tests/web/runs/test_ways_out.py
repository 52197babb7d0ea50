"""A closed host is reached by no way out: not by a drain, a webhook, a redirect or a new server."""

import asyncio
import socket

import pytest
from django.db import OperationalError

from simulator import Forbidden, run_in_loop
from tests.name_server import name_server
from tests.web.alerts.servers import Service
from web.alerts.senders.webhook import post
from web.platform import closed_hosts, destinations, outgoing, reach
from web.platform.hosts import AddressError
from web.runs import closing
from web.runs.desk import Desk
from web.runs.holding import Orders
from web.runs.shift import Shift
from web.targets.models import Block

pytestmark = pytest.mark.usefixtures("patient_names")

REASON = "Its owner has asked us to stop."


@pytest.fixture(autouse=True)
def known(settings, monkeypatch, db):
    """Read what is closed as a process does, beginning with nothing."""
    settings.CLOSED_HOSTS = "web.targets.ownership.access.closed"
    hosts = closed_hosts.closed_hosts
    hosts.forget()
    hosts.look()
    yield hosts
    settings.CLOSED_HOSTS = "web.targets.ownership.access.closed"  # whatever the test made it
    Block.objects.all().delete()
    hosts.forget()
    hosts.look()


def close(host: str) -> None:
    closing.close_host(host, reason=REASON, by=None)


def test_a_webhook_to_a_closed_host_is_not_sent():
    with Service() as service:
        url = f"{service.url}/hook"
        assert post(url, b"{}", {}).is_sent

        close("127.0.0.1")
        told = post(url, b"{}", {})

        assert not told.is_sent
        assert "operators of this service have closed" in told.text
        assert len(service.requests) == 1


def test_a_drains_connection_to_a_closed_name_is_not_made(settings):
    with name_server() as names, Service() as service:
        settings.NAME_SERVERS = [f"127.0.0.1:{names.port}"]
        names.say("sink.example", ["127.0.0.1"])
        close("*.example")
        address = destinations.address_of(f"http://sink.example:{service.server_port}/")

        with pytest.raises(AddressError, match="operators of this service have closed"):
            outgoing.Connection(address, within=1.0).connect()

        assert service.requests == []


def test_a_closed_network_closes_the_names_that_lead_there(settings):
    with name_server() as names, Service() as service:
        settings.NAME_SERVERS = [f"127.0.0.1:{names.port}"]
        names.say("sink.example", ["127.0.0.1"])
        close("127.0.0.0/8")

        with pytest.raises(AddressError, match="operators of this service have closed"):
            destinations.connect("sink.example", service.server_port, timeout=1.0)
        assert reach.addresses("sink.example") == ["127.0.0.1"]


def test_a_closed_host_is_refused_when_it_is_saved():
    close("sink.example")

    with pytest.raises(AddressError, match="have closed it"):
        destinations.hold(destinations.address_of("https://sink.example/"))


@pytest.mark.parametrize(
    ("host", "asked"),
    [("127.0.0.1", "127.0.0.1"), ("localhost", "localhost"), ("::ffff:127.0.0.1", "127.0.0.1")],
)
def test_a_tower_follows_nobody_to_a_closed_host(known, host, asked):
    """A redirect, a server reference and a cluster's own servers all pass the loop."""
    Block.objects.create(host=host, reason=REASON)
    known.forget()
    known.look()

    async def connect(port: int) -> None:
        await asyncio.get_running_loop().create_connection(asyncio.Protocol, asked, port)

    with Service() as service, pytest.raises(Forbidden, match="have closed"):
        run_in_loop(connect(service.server_port), reach=reach.reach(), closed=known.known)


def test_a_tower_cuts_what_is_open_to_a_closed_address():
    tower = Shift(Desk(tower="worker.1/x", capacity=1_000, messages=1_000))
    server = socket.create_server(("127.0.0.77", 0))  # where nobody else's connections lead
    with server, socket.create_connection(server.getsockname()) as ours:
        close("127.0.0.77")
        tower.look(Orders)

        assert ours.recv(1) == b""


def test_an_opened_host_is_reached_again():
    with Service() as service:
        block, _ = closing.close_host("127.0.0.1", reason=REASON, by=None)
        closing.open_host(block, by=None)

        assert post(f"{service.url}/hook", b"{}", {}).is_sent


def test_what_others_closed_is_known_within_seconds(known, monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(closed_hosts, "monotonic", lambda: now[0])
    known.forget()
    known.look()
    Block.objects.create(host="sink.example", reason=REASON)

    before = known.look().has_name("sink.example")
    now[0] += closed_hosts.FRESH

    assert (before, known.look().has_name("sink.example")) == (False, True)


def test_a_database_that_is_away_leaves_closed_what_was(known, settings):
    close("sink.example")
    known.forget()
    known.look()
    settings.CLOSED_HOSTS = f"{__name__}.away"
    known.forget()

    assert known.look().has_name("sink.example")


def away() -> list[str]:
    raise OperationalError("the database is away")
