"""A small real server that plays the platform: the formation of one app, with its refusals."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

LIMIT = 30.0  # s that any request here may take
ACCEPT = "application/vnd.heroku+json; version=3"
TOKEN = "HRKU-0123-of-a-test"
APP = "mocklot-of-a-test"


class Platform(ThreadingHTTPServer):
    """Has ``formation``: (quantity, size) by process; ``refusals`` are answered first, in order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.formation = {"worker": (2, "Standard-2X"), "web": (1, "Standard-1X")}
        self.refusals: list[tuple[int, dict[str, str], dict[str, str]]] = []  # of PATCH
        self.silences = 0  # GETs that are answered with 503
        self.patches: list[list[dict[str, Any]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def quantities(self) -> dict[str, int]:
        return {process: quantity for process, (quantity, _) in self.formation.items()}

    def refuse(self, status: int, name: str, message: str, **headers: str) -> None:
        """Answer the next change so; headers with _ for -."""
        named = {header.replace("_", "-"): value for header, value in headers.items()}
        self.refusals.append((status, {"id": name, "message": message}, named))

    def __enter__(self) -> "Platform":
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: Platform
    timeout = LIMIT

    def do_GET(self) -> None:
        if problem := self.problem():
            return self.say(*problem)
        if self.server.silences:
            self.server.silences -= 1
            return self.say(503, {"id": "service_unavailable", "message": "Try again."})
        return self.say(200, self.rows(list(self.server.formation)))

    def do_PATCH(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if problem := self.problem():
            return self.say(*problem)
        updates = orjson.loads(body)["updates"]
        self.server.patches.append(updates)
        if self.server.refusals:
            return self.say(*self.server.refusals.pop(0))
        for update in updates:
            _, size = self.server.formation[update["type"]]
            self.server.formation[update["type"]] = (update["quantity"], size)
        return self.say(200, self.rows([update["type"] for update in updates]))

    def problem(self) -> tuple[int, dict[str, str]] | None:
        """Return what is wrong with the request itself, as the platform answers it."""
        if self.headers.get("Accept") != ACCEPT:
            return 406, {"id": "not_acceptable", "message": "Set an accept header."}
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"id": "unauthorized", "message": "Invalid credentials provided."}
        if self.path != f"/apps/{APP}/formation":
            return 404, {"id": "not_found", "message": "Couldn't find that app."}
        return None

    def rows(self, processes: list[str]) -> list[dict[str, Any]]:
        """Return rows as the platform has them."""
        return [
            {
                "app": {"id": "01234567-89ab-cdef-0123-456789abcdef", "name": APP},
                "command": f"python manage.py {process}",
                "id": "01234567-89ab-cdef-0123-456789abcdef",
                "quantity": self.server.formation[process][0],
                "size": self.server.formation[process][1],
                "dyno_size": {"id": "x", "name": self.server.formation[process][1]},
                "type": process,
            }
            for process in processes
        ]

    def say(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        told = orjson.dumps(body)
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *args: object) -> None:
        pass
