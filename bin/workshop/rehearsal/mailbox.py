"""A mail service that takes mails over HTTP, checks the key, and keeps them for their reader.

Rule: answers as SendGrid does: 202 for a mail with both parts, 401 for a wrong key, 400 else.

Source: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
"""

import json
import re
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

LINK = re.compile(r"https?://\S+/reports/\S+")
MOST_BYTES = 30 * 1024 * 1024  # of one mail; the service's own limit


class Mailbox(ThreadingHTTPServer):
    """The service, on any free port; a context that serves."""

    daemon_threads = True

    def __init__(self, key: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.key = key
        self.mails: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def report_link(self, run: str) -> str | None:
        """Return the link of the mail that brings the report of this run, once it is there."""
        for mail in list(self.mails):
            text = mail["content"][0]["value"]
            if run in text and (link := LINK.search(text)):
                return link[0]
        return None


class Handler(BaseHTTPRequestHandler):
    server: Mailbox

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if length > MOST_BYTES:
            return self.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = self.rfile.read(length)
        if self.headers["Authorization"] != f"Bearer {self.server.key}":
            return self.answer(HTTPStatus.UNAUTHORIZED)
        mail = json.loads(body)
        if [part["type"] for part in mail["content"]] != ["text/plain", "text/html"]:
            return self.answer(HTTPStatus.BAD_REQUEST)
        self.server.mails.append(mail)
        return self.answer(HTTPStatus.ACCEPTED)

    def answer(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """What it took is what counts."""
