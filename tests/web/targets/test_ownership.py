"""Proving that a target is one's own: each way with a real far side, and what does not count."""

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.urls import reverse
from django.utils import timezone
from workshop.authority import Authority

from tests.name_server import NameServer, name_server
from web.platform import queues
from web.targets.models import Ownership, Target, Way
from web.targets.ownership import access, actions, keys, ways

pytestmark = pytest.mark.usefixtures("patient_names")

HOST = "device.example"


@pytest.fixture
def names(settings, monkeypatch) -> Iterator[NameServer]:
    """A name server for which the host of the tests is this machine."""
    monkeypatch.setattr(ways, "ANSWER_WITHIN", 30.0)  # on a busy machine it has its time
    with name_server() as server:
        settings.NAME_SERVERS = [f"127.0.0.1:{server.port}"]
        settings.ALLOWED_TARGETS = ["127.0.0.1"]
        server.say(HOST, ["127.0.0.1"])
        yield server


@pytest.fixture
def asked(monkeypatch) -> list[tuple[str, str]]:
    """The jobs that were asked for."""
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(
        queues, "enqueue_on_commit", lambda _queue, _job, code, way, **_: found.append((code, way))
    )
    return found


@contextmanager
def web_server(
    answer: Callable[[BaseHTTPRequestHandler], tuple[int, dict[str, str], str]],
    *,
    tls: ssl.SSLContext | None = None,
):
    """Serve what ``answer`` says: status, headers, body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def http_target(workspace) -> Callable[[int], Target]:
    """Return what makes a stored HTTP target on a port of the host."""

    def make(port: int) -> Target:
        return Target.objects.create(
            workspace=workspace, name="T", protocol="http", host=HOST, port=port, path="/in"
        )

    return make


def key_of(target: Target) -> str:
    return keys.key_of(target.workspace, HOST)


def test_a_file_at_the_well_known_path_proves_that_port(names, http_target):
    lines: list[str] = []
    seen: list[str] = []

    def answer(request):
        seen.append(request.path)
        return 200, {}, "\n".join(lines)

    with web_server(answer) as port:
        target = http_target(port)
        missing = ways.look(target, Way.FILE)
        lines.append(f"  mocklot-ownership={key_of(target)}  ")
        found = ways.look(target, Way.FILE)

    assert (missing.is_proof, found.is_proof, found.is_of_host) == (False, True, False)
    assert "has another content" in missing.words
    assert set(seen) == {"/.well-known/mocklot-ownership.txt"}


def test_a_file_of_another_workspace_proves_nothing(names, http_target, stranger):
    other = stranger.memberships.get().workspace
    line = keys.line_of(other, HOST)

    with web_server(lambda _: (200, {}, line)) as port:
        assert not ways.look(http_target(port), Way.FILE).is_proof


def test_a_redirect_is_not_followed(names, http_target):
    elsewhere = {"Location": "http://169.254.169.254/"}

    with web_server(lambda _: (302, elsewhere, "")) as port:
        found = ways.look(http_target(port), Way.FILE)

    assert not found.is_proof
    assert "answers 302" in found.words


def test_a_certificate_is_held_against_the_targets_authorities_and_name(
    workspace, names, http_target, tmp_path
):
    authority = Authority()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*authority.issue(tmp_path, names=("inside.example",)))
    line = keys.line_of(workspace, HOST)
    with web_server(lambda _: (200, {}, line), tls=tls) as port:
        target = http_target(port)
        target.has_tls = True
        strange = ways.look(target, Way.FILE)
        target.ca = authority.pem
        other = ways.look(target, Way.FILE)
        target.server_name = "inside.example"
        known = ways.look(target, Way.FILE)

    assert (strange.is_proof, other.is_proof, known.is_proof) == (False, False, True)
    for found in (strange, other):
        assert f"The certificate of {HOST} is not to be trusted" in found.words
    assert known.words == f"The file is at https://{HOST}:{port}{keys.FILE}."


def test_where_nothing_may_be_sent_nobody_looks(names, http_target, settings):
    settings.ALLOWED_TARGETS = []

    found = ways.look(http_target(1), Way.ECHO)

    assert not found.is_proof
    assert f"Nothing may be sent to {HOST}" in found.words


def test_an_endpoint_proves_itself_by_a_header_with_challenge_and_key(names, http_target):
    target = None

    def answer(request):
        challenge = request.headers["Mocklot-Challenge"]
        return 200, {"Mocklot-Answer": f"{challenge}.{key_of(target)}"}, ""

    with web_server(answer) as port:
        target = http_target(port)
        found = ways.look(target, Way.ECHO)

    assert found.is_proof
    assert not found.is_of_host


@pytest.mark.parametrize("spoil", ["echo", "static", "other", "none"])
def test_an_endpoint_that_only_echoes_or_always_says_the_same_proves_nothing(
    names, http_target, spoil
):
    target = None

    def answer(request):
        challenge = request.headers["Mocklot-Challenge"]
        values = {
            "echo": challenge,
            "static": f"000000000000000000000000.{key_of(target)}",
            "other": f"{challenge}.aaaaaaaaaaaaaaaaaaaaaaaa",
            "none": "",
        }
        return 200, {"Mocklot-Answer": values[spoil], "Mocklot-Challenge": challenge}, challenge

    with web_server(answer) as port:
        target = http_target(port)
        assert not ways.look(target, Way.ECHO).is_proof


@pytest.mark.parametrize("name", ["_mocklot.device.example", "_mocklot.a.device.example"])
def test_a_txt_record_of_the_host_or_above_it_proves_the_whole_host(workspace, names, name):
    target = Target.objects.create(
        workspace=workspace, name="T", host="a.device.example", port=1883
    )
    names.say("_mocklot.example", ['"mocklot-ownership=x"'], kind="TXT")
    assert not ways.look(target, Way.DNS).is_proof

    key = keys.key_of(workspace, "a.device.example")
    names.say(name, ['"v=spf1 -all"', f'"mocklot-ownership={key}"'], kind="TXT")

    found = ways.look(target, Way.DNS)
    assert found.is_proof
    assert found.is_of_host


def test_a_public_broker_is_nobodys(workspace, names):
    target = Target(workspace=workspace, name="T", host="test.mosquitto.org", port=1883)

    assert "everybody's" in ways.look(target, Way.MQTT).words


@pytest.mark.parametrize(
    ("host", "is_known"),
    [
        ("a1b2c3-ats.iot.eu-central-1.amazonaws.com", True),
        ("my-hub.azure-devices.net", True),
        ("abc123.s1.eu.hivemq.cloud", True),
        ("iot.eu-central-1.amazonaws.com.evil.example", False),
        ("azure-devices.net", False),
        ("ec2-1-2-3-4.compute.amazonaws.com", False),
        ("device.example", False),
    ],
)
def test_endpoints_of_clouds_are_known_by_their_shape(workspace, host, is_known):
    target = Target(workspace=workspace, name="T", host=host, port=8883)

    assert (Way.CLOUD in ways.ways_of(target)) is is_known


def test_ways_are_those_that_the_protocol_has(workspace):
    def of(protocol: str, host: str = HOST) -> list[Way]:
        return ways.ways_of(Target(workspace=workspace, protocol=protocol, host=host, port=1))

    assert of("http") == [Way.ECHO, Way.FILE, Way.DNS]
    assert of("mqtt") == [Way.FILE, Way.DNS, Way.MQTT]
    assert of("udp", "192.88.98.1") == [Way.FILE]


def proved(target: Target, **more: object) -> Ownership:
    """Store a proof of the target that holds."""
    now = timezone.now()
    fields = {"proved": now, "checked": now, "expires": now + actions.HOLDS, "way": Way.DNS}
    return Ownership.objects.create(
        workspace=target.workspace,
        target=target,
        host=HOST,
        port=target.port,
        **{**fields, **more},
    )


def test_a_check_is_a_job_whose_result_is_kept_in_words(names, asked, http_target, owner):
    with web_server(lambda _: (404, {}, "")) as port:
        target = http_target(port)
        row = actions.ask_for_check(target, Way.FILE, by=owner)
        assert asked == [(str(row.code), "file")]
        assert not actions.check(str(row.code), Way.FILE)

    row.refresh_from_db()
    assert (row.asked, row.went_well, row.is_proved) == (None, False, False)
    assert "answers 404" in row.result


def test_a_proof_is_of_its_port_unless_the_way_says_so(names, http_target, workspace):
    target = http_target(8080)
    proof = proved(target)
    other = Target(workspace=workspace, name="O", host=f"{HOST.upper()}.", port=1883)

    assert access.is_proved(target)
    assert not access.is_proved(other)
    Ownership.objects.filter(id=proof.id).update(is_of_host=True)
    assert access.is_proved(other)


def test_a_proof_of_another_workspace_is_none(names, http_target, stranger):
    target = http_target(8080)
    proof = proved(target)
    Ownership.objects.filter(id=proof.id).update(workspace=stranger.memberships.get().workspace)

    assert not access.is_proved(target)


def test_a_proof_expires_and_is_looked_at_before(names, asked, http_target):
    target = http_target(8080)
    now = timezone.now()
    proof = proved(target, checked=now - timedelta(days=8))

    assert actions.look_again() == 1
    assert asked == [(str(proof.code), "dns")]
    Ownership.objects.filter(id=proof.id).update(expires=now - timedelta(seconds=1), asked=None)
    assert not access.is_proved(target)
    assert actions.look_again() == 0


def test_a_failed_look_leaves_a_proof_until_it_expires(names, asked, http_target):
    target = http_target(8080)
    proof = proved(target, checked=timezone.now() - timedelta(days=8))
    actions.look_again()

    assert not actions.check(str(proof.code), Way.DNS)

    proof.refresh_from_db()
    assert proof.is_proved
    assert not proof.went_well


def test_a_target_that_was_moved_meanwhile_proves_nothing(names, asked, http_target, owner):
    target = http_target(8080)
    row = actions.ask_for_check(target, Way.DNS, by=owner)
    names.say(f"_mocklot.{HOST}", [f'"{keys.line_of(target.workspace, HOST)}"'], kind="TXT")
    Target.objects.filter(id=target.id).update(host="other.example")

    assert not actions.check(str(row.code), Way.DNS)


def test_checks_are_held_in_number(names, asked, workspace, owner):
    for number in range(3):
        target = Target.objects.create(
            workspace=workspace, name=f"T{number}", host=f"h{number}.example", port=1
        )
        actions.ask_for_check(target, Way.DNS, by=owner)

    fourth = Target.objects.create(workspace=workspace, name="T4", host="h4.example", port=1)
    with pytest.raises(actions.CannotCheck, match="under way"):
        actions.ask_for_check(fourth, Way.DNS, by=owner)
    again = actions.ask_for_check(target, Way.DNS, by=owner)  # a double click is no fourth
    assert again.target == target


def test_the_page_tells_what_to_copy_and_what_came_of_it(
    names, asked, client_of, teammate, viewer, http_target
):
    target = http_target(8080)
    page = reverse("targets:ownership", args=[target.workspace.code, target.code])
    check = reverse("targets:check_ownership", args=[target.workspace.code, target.code])

    shown = client_of(viewer).get(page).content.decode()
    assert key_of(target) in shown
    assert "Check now" not in shown
    assert client_of(viewer).post(check, {"way": "dns"}).status_code == 403
    answer = client_of(teammate).post(check, {"way": "dns"}, follow=True).content.decode()
    assert "Looking, since" in answer
    assert client_of(teammate).post(check, {"way": "magic"}).status_code == 422

    actions.check(asked[0][0], Way.DNS)
    assert "No TXT record _mocklot.device.example" in client_of(viewer).get(page).content.decode()


def test_a_proof_can_be_withdrawn(names, client_of, teammate, http_target):
    target = http_target(8080)
    proved(target)
    page = reverse("targets:withdraw_ownership", args=[target.workspace.code, target.code])

    asked = client_of(teammate).get(page).content.decode()
    assert "Withdraw this proof?" in asked
    assert "at most 10 mocks" in asked
    assert access.is_proved(target)

    client_of(teammate).post(page)

    assert not access.is_proved(target)


def test_what_is_to_be_copied_has_a_button(client_of, teammate, http_target):
    target = http_target(8080)
    page = reverse("targets:ownership", args=[target.workspace.code, target.code])

    answer = client_of(teammate).get(page).content.decode()

    copied = re.findall(r'data-copy="#([\w-]+)"', answer)
    assert len(copied) >= 4
    assert all(f'id="{name}"' in answer for name in copied)


@pytest.mark.parametrize("page", ["/", "/sign-in/", "/status", "/nowhere/"])
def test_the_page_of_abuse_is_found_from_every_page_outside(client, db, page):
    assert 'href="/abuse"' in client.get(page).content.decode()


def test_the_page_of_abuse_says_whom_to_write_to(client, settings, db):
    settings.ABUSE_ADDRESS = "abuse@example.org"

    answer = client.get("/abuse").content.decode()

    assert "mailto:abuse@example.org" in answer
    assert "Mocklot/1" in answer
