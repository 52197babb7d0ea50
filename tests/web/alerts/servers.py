"""Small real servers that play Slack, Twilio, a webhook and a status page; each keeps what came."""

import base64
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

LIMIT = 30.0  # s that any request here may take


@dataclass
class Request:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode(), keep_blank_values=True)

    @property
    def basic(self) -> str:
        """User and password, ``user:password``."""
        return base64.b64decode(self.headers["authorization"].removeprefix("Basic ")).decode()


@dataclass
class Answer:
    """What is answered. ``body`` may be a function of the request."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)


class Service(ThreadingHTTPServer):
    """Answers with the next of ``answers``, the last of them again and again."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = [Answer()]
        self.requests: list[Request] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, status: int = 200, body: Any = b"", **headers: str) -> None:
        """Answer so from now on; headers with _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers = [Answer(status, body, named)]

    def __enter__(self) -> "Service":
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: Service
    timeout = LIMIT

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, urlsplit(self.path).path, headers, self.rfile.read(length))
        self.server.requests.append(request)
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        body = answer.body(request) if callable(answer.body) else answer.body
        body = body if isinstance(body, bytes) else orjson.dumps(body)
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 (as the library names it)

    def log_message(self, *args: object) -> None:
        pass


def slack_says(request: Request) -> dict[str, Any]:
    """Answer as Slack does: chat.postMessage names the message, chat.update repeats its name."""
    said = request.json
    ts = said.get("ts", "1700000000.000100")
    return {"ok": True, "channel": said["channel"], "ts": ts, "message": {"text": said["text"]}}


def twilio_says(request: Request) -> dict[str, Any]:
    """Answer as Twilio does to a new call."""
    form = request.form
    return {
        "sid": f"CA{len(form['To'][0]):032x}",
        "status": "queued",
        "to": form["To"][0],
        "from": form["From"][0],
        "direction": "outbound-api",
        "account_sid": request.path.split("/")[3],
    }
