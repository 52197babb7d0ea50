"""A mail service as SendGrid is: takes mails over HTTP, refuses, and tells of them, signed."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

KEY = "SG.key"
# https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send: headers of one's own
RESERVED = {
    "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "to", "from", "subject",
    "content-transfer-encoding", "reply-to", "cc", "bcc",
}  # fmt: skip


class Service(ThreadingHTTPServer):
    """Takes every mail, unless told otherwise.

    ``status`` other than 202 is answered to all; ``credits`` are the mails that its plan has left
    (None: any number); ``suppressed`` are the addresses on its own lists, by list.
    """

    status = 202

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[str, dict[str, str], dict]] = []
        self.credits: int | None = None
        self.suppressed: dict[str, set[str]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def mails(self) -> list[dict]:
        """The mails that it took, in the order in which they came."""
        return [body for path, _, body in self.requests if path == "/v3/mail/send"]


class Answer(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return self.refuse(401, "The provided authorization grant is invalid")
        if problem := problem_of(body):
            return self.refuse(400, problem)
        if self.server.credits is not None:
            if not self.server.credits:
                return self.refuse(401, "Maximum credits exceeded")
            self.server.credits -= 1
        if self.server.status != 202:
            return self.refuse(self.server.status, "test")
        self.server.requests.append((self.path, dict(self.headers), body))
        return self.answer(202)

    def do_DELETE(self) -> None:
        _, _, _, name, address = self.path.split("/")
        listed = self.server.suppressed.get(name, set())
        is_there = unquote(address) in listed
        listed.discard(unquote(address))  # before the answer, which who asks goes on with
        self.answer(204 if is_there else 404)

    def refuse(self, status: int, message: str) -> None:
        error = {"message": message, "field": None, "help": None}
        self.answer(status, json.dumps({"errors": [error]}).encode())

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def problem_of(body: dict) -> str:
    """Return what the real service would find wrong with a mail, as far as ours could be."""
    if [part["type"] for part in body["content"]] != ["text/plain", "text/html"]:
        return "The content must be text/plain first, then text/html"
    if any(not part["value"] for part in body["content"]):
        return "The content value must be a string at least one character in length"
    if wrong := {name.lower() for name in body.get("headers", {})} & RESERVED:
        return f"The header {wrong} is reserved"
    if not all(isinstance(value, str) for value in body.get("custom_args", {}).values()):
        return "The custom_args values must be strings"
    return ""


@contextmanager
def running() -> Iterator[Service]:
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Signer:
    """The key with which the service signs what it tells."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public(self) -> str:
        """The public key as the service shows it."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        key = self._key.public_key().public_bytes(serialization.Encoding.DER, form)
        return base64.b64encode(key).decode()

    def headers(self, body: bytes, at: datetime) -> dict[str, str]:
        """Return the two headers of a delivery."""
        stamp = str(int(at.timestamp()))
        proof = self._key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(proof).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        }


def event(mail: Any, kind: str, at: datetime, *, name: str = "", **more: Any) -> dict[str, Any]:
    """Return an event as the service writes it."""
    return {
        "email": mail.to,
        "timestamp": int(at.timestamp()),
        "event": kind,
        "sg_event_id": name or f"{kind}-{mail.code}-{at.timestamp()}",
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
        "mail": str(mail.code),
        **more,
    }


def deliver(body: bytes, headers: dict[str, str]) -> int:
    """Post a delivery to us; return the status."""
    answer = Client().post(
        "/hooks/mail/events/", body, content_type="application/json", headers=headers
    )
    return answer.status_code
