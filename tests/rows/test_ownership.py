"""Whose a target is: proved before much is sent there."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.name_server import name_server
from tests.rows.browsing import Person
from web.platform import queues
from web.targets.ownership import actions, keys
from web.targets.ownership.access import is_proved

pytestmark = pytest.mark.usefixtures("patient_names")


class Endpoint(BaseHTTPRequestHandler):
    """Echoes the key that its owner was shown, with the challenge of each question."""

    key = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Mocklot-Answer", f"{self.headers['Mocklot-Challenge']}.{self.key}")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endpoint():
    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_http_target_proves_ownership_by_echoing_a_key(
    client_of, teammate, workspace, endpoint, settings, monkeypatch
):
    jobs = []
    monkeypatch.setattr(queues, "enqueue_on_commit", lambda *job, **_: jobs.append(job))
    person = Person(client_of(teammate), workspace)
    with name_server() as names:
        names.say("mine.example", ["127.0.0.1"])
        settings.NAME_SERVERS = [f"127.0.0.1:{names.port}"]
        target = person.aims(protocol="http", host="mine.example", port=str(endpoint))
        Endpoint.key = keys.key_of(workspace, "mine.example")
        page = person.get("targets:ownership", target.code).content.decode()

        person.post("targets:check_ownership", target.code, way="echo")
        [(_, job, code, way)] = jobs
        assert not is_proved(target)
        job(code, way)

    assert Endpoint.key in page
    assert job.__module__ == "web.targets.ownership.jobs"
    assert is_proved(target)
    assert actions.HOLDS.days == 30
