"""Where customers may let connections go: refused when it is saved, wherever it is written."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.core.checks import run_checks
from django.urls import reverse

from tests.name_server import NameServer, name_server
from tests.simulator.reach.table import REFUSED, TAKEN
from web.platform import destinations, reach
from web.platform.hosts import AddressError
from web.targets import actions
from web.targets.forms import TargetForm
from web.targets.models import Target

pytestmark = pytest.mark.usefixtures("patient_names")

FIELDS = {
    "name": "T",
    "protocol": "mqtt",
    "port": "1883",
    "dealing": "order",
    "version": "3.1.1",
    "client_id": "{id}",
    "keep_alive": "60",
    "will_qos": "0",
    "method": "POST",
    "acknowledge_within": "20",
}


@pytest.fixture
def names(settings) -> Iterator[NameServer]:
    """A name server that the product asks, and no exception from what may be reached."""
    with name_server() as server:
        settings.ALLOWED_TARGETS = []
        settings.NAME_SERVERS = [f"127.0.0.1:{server.port}"]
        yield server


def form_of(workspace, **changes: str) -> TargetForm:
    form = TargetForm({**FIELDS, **changes}, instance=Target(workspace=workspace))
    form.is_valid()
    return form


def test_the_whole_table_is_refused_at_save_of_a_target(workspace, names):
    taken = [host for host, _ in REFUSED if not form_of(workspace, host=host).errors.get("host")]

    assert taken == []


def test_the_whole_table_is_refused_at_save_of_drains_and_webhooks(names):
    for host, _ in REFUSED:
        bracketed = f"[{host}]" if ":" in host and not host.startswith("[") else host
        if "#" in host:
            continue  # begins the fragment: the host is what stands before
        with pytest.raises(AddressError):
            destinations.address_of(f"https://{bracketed}/records")


def test_public_hosts_are_saved(workspace, names):
    written = [host for host in TAKEN if host.isascii() and not host.startswith("_")]

    assert [host for host in written if form_of(workspace, host=host).errors.get("host")] == []


@pytest.mark.parametrize(
    ("protocol", "options"),
    [
        ("http", "oauth: {token_url: 'http://169.254.169.254/token', client_id: c}"),
        ("http", "oauth: {token_url: 'https://login.inside.example/token', client_id: c}"),
        ("http", "way_back: {kind: counter, url: 'http://localhost:8080/n'}"),
        ("mqtt", "way_back: {kind: counter, url: 'http://0x7f.1/n'}"),
        ("kafka", "servers: ['broker.example:9092', '10.0.0.7:9092']"),
        ("kafka", "servers: ['[::1]:9092']"),
    ],
)
def test_what_options_lead_to_is_held_too(workspace, names, protocol, options):
    names.say("login.inside.example", ["192.168.0.9"])

    form = form_of(workspace, host="broker.example", protocol=protocol, options=options)

    assert "Nothing may be sent to" in str(form.errors["options"])


@pytest.mark.parametrize("protocol", ["mqtt", "http", "websocket", "kafka", "amqp", "nats"])
def test_a_name_is_held_by_what_it_stands_for_when_it_is_saved(workspace, names, protocol):
    names.say("inside.example", ["10.0.0.7"])
    names.say("mixed.example", ["192.88.98.1", "127.0.0.1"])
    names.say("six.example", ["::ffff:169.254.169.254"], kind="AAAA")

    for host in ("inside.example", "mixed.example", "six.example"):
        form = form_of(workspace, host=host, protocol=protocol)
        assert "it leads to" in str(form.errors["host"])


def test_a_name_that_nobody_knows_yet_is_saved(workspace, names):
    assert "host" not in form_of(workspace, host="later.example").errors


def test_who_waits_no_longer_is_not_looked_up(names, monkeypatch):
    busy = Event()
    with ThreadPoolExecutor(1) as only:
        monkeypatch.setattr(reach, "_threads", only)
        monkeypatch.setattr(reach, "RESOLVE_WITHIN", 0.01)
        only.submit(busy.wait, 30.0)
        found = [reach.addresses("late.example"), reach.trouble("later.example")]
        busy.set()

    assert found == [[], ""]
    assert not {"late.example", "later.example"} & set(names.asked)


def test_a_name_that_is_bound_anew_is_refused_when_it_is_connected_to(names):
    names.say("rebound.example", ["192.88.98.1"], ["127.0.0.1"])

    destinations.hold(destinations.address_of("http://rebound.example:9/"))

    with pytest.raises(AddressError, match="it leads to an address of the machine itself"):
        destinations.connect("rebound.example", 9, timeout=1.0)


def test_what_operators_allow_is_saved_and_needs_no_proof(workspace, names, settings):
    settings.ALLOWED_TARGETS = ["10.0.0.0/8", "broker.internal"]
    names.say("inside.example", ["10.0.0.7"])
    names.say("half.example", ["10.0.0.7", "192.88.98.1"])

    assert "host" not in form_of(workspace, host="inside.example").errors
    assert reach.is_operators("inside.example")
    assert reach.is_operators("broker.internal")
    assert not reach.is_operators("half.example")
    assert not reach.is_operators("nowhere.example")


def test_a_lot_does_not_start_with_a_target_from_before_the_rule(workspace, names):
    target = Target(workspace=workspace, name="T", host="127.1", port=1883)

    with pytest.raises(actions.OutOfReach, match="the machine itself"):
        actions.lot_target(target)


def test_the_page_says_why(client_of, teammate, workspace, names):
    page = reverse("targets:create", args=[workspace.code])

    answer = client_of(teammate).post(page, {**FIELDS, "host": "169.254.169.254"})

    assert answer.status_code == 422
    assert "an address of a cloud&#x27;s metadata" in answer.content.decode()
    assert not Target.objects.exists()


def test_a_setting_that_makes_no_sense_stops_the_start(settings):
    settings.ALLOWED_TARGETS = ["10.0.0.0/33"]

    assert "targets.E001" in [each.id for each in run_checks()]
