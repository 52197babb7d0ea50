"""The ways that a mail can leave, against a server that answers as SendGrid does."""

import email
import email.policy
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from web.mail import actions
from web.mail.backends import LONGEST_RESET, Files, SendGrid, configured, refusal


class Service(ThreadingHTTPServer):
    """Answers every POST with ``status`` and ``headers``, and keeps the requests."""

    status = 202

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[str, dict[str, str], dict]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args) -> None:
        pass


@pytest.fixture
def service():
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def mail(db, owner):
    context = {"user": owner, "link": "https://mocklot.example/x"}
    return actions.post(owner.email, "Größe", "mail/password", context)


def test_a_file_is_a_whole_mail(mail, settings, tmp_path):
    settings.MAIL_FROM = "Mocklot <no-reply@mocklot.example>"

    outcome = Files(tmp_path / "out").send(mail)

    (file,) = (tmp_path / "out").iterdir()
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert outcome.is_sent
    assert message["To"] == mail.to
    assert message["Subject"] == "Größe"
    assert message.get_body(("plain",)).get_content().strip() == mail.text.strip()
    assert message.get_body(("html",)).get_content().strip() == mail.html.strip()


def test_a_folder_that_cannot_be_written_is_tried_again(mail, tmp_path):
    (tmp_path / "out").write_text("a file")

    outcome = Files(tmp_path / "out").send(mail)

    assert not outcome.is_sent
    assert outcome.may_retry


def test_sendgrid_gets_sender_receiver_subject_and_both_parts(mail, service, settings):
    settings.MAIL_FROM = "Mocklot <no-reply@mocklot.example>"
    service.headers = {"X-Message-Id": "m-1"}

    outcome = SendGrid("SG.key", host=service.url).send(mail)

    path, headers, body = service.requests[0]
    assert outcome.is_sent
    assert outcome.text == "202 accepted m-1"
    assert path == "/v3/mail/send"
    assert headers["Authorization"] == "Bearer SG.key"
    assert body["from"] == {"email": "no-reply@mocklot.example", "name": "Mocklot"}
    assert body["personalizations"] == [{"to": [{"email": mail.to}]}]
    assert body["subject"] == "Größe"
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("status", "may_retry"),
    [
        (400, False),
        (401, False),
        (403, False),
        (413, False),
        (500, True),
        (503, True),
        (200, False),
    ],
)
def test_an_answer_that_is_no_success_is_tried_again_only_where_it_may_pass(
    mail, service, status, may_retry
):
    service.status = status

    outcome = SendGrid("SG.key", host=service.url).send(mail)

    assert not outcome.is_sent
    assert outcome.may_retry == may_retry
    assert str(status) in outcome.text
    assert "SG.key" not in outcome.text


@pytest.mark.parametrize(
    ("reset", "wait"),
    [
        ("1090", timedelta(seconds=90)),
        ("900", timedelta(0)),
        ("", timedelta(0)),
        ("999999999999", LONGEST_RESET),
        ("soon", timedelta(0)),
    ],
)
def test_too_many_requests_wait_until_the_reset(reset, wait):
    outcome = refusal(429, {"x-ratelimit-reset": reset}, now=1000.0)

    assert outcome.may_retry
    assert outcome.wait == wait


def test_a_service_that_does_not_answer_is_tried_again(mail):
    outcome = SendGrid("SG.key", host="http://127.0.0.1:1").send(mail)

    assert outcome.may_retry
    assert outcome.text == "no answer: ConnectionRefusedError"


def test_the_key_chooses_the_backend(settings):
    assert isinstance(configured(), Files)
    settings.SENDGRID_API_KEY = "SG.key"
    assert isinstance(configured(), SendGrid)
