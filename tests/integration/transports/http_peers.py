"""A server of HTTP for a test: nginx where the machine has it, else one of the standard library.

Rule: both answer the same paths in the same way, and both tell what came: a line for each request
(method, path, content type, content encoding, transfer encoding, connection, user) and the bodies
that were sent to /kept, in their order.
"""

import base64
import gzip
import http.server
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tests.integration.transports import nginx

USER, PASSWORD = "mock", "s3cret"
MOST = 100  # bytes of a body that /small takes

LOG = (
    "log_format seen '$request_method $request_uri $http_content_type $http_content_encoding "
    "$http_transfer_encoding $connection $remote_user';"
)
SERVER = f"""
    access_log {{folder}}/seen.log seen;
    location /ok {{{{ return 200 "fine\\n"; }}}}
    location /none {{{{ access_log off; return 204; }}}}
    location /kept {{{{
        client_body_in_file_only on; proxy_pass http://127.0.0.1:$server_port/none;
    }}}}
    location /moved {{{{ return 307 /kept?by=redirect; }}}}
    location /elsewhere {{{{ return 307 http://other.invalid/x; }}}}
    location /private {{{{
        auth_basic private; auth_basic_user_file {{folder}}/users;
        proxy_pass http://127.0.0.1:$server_port/none;
    }}}}
    location /small {{{{
        client_max_body_size {MOST}; proxy_pass http://127.0.0.1:$server_port/none;
    }}}}
    location /once {{{{ keepalive_timeout 0; return 200 "bye\\n"; }}}}
    location /busy {{{{ add_header Retry-After 1 always; return 429; }}}}
    location /packed {{{{
        gzip on; gzip_types *; gzip_min_length 1; default_type text/plain;
        return 200 "{"packed " * 50}";
    }}}}
"""


class Peer(Protocol):
    port: int

    def lines(self) -> list[Sequence[str]]: ...
    def bodies(self) -> list[bytes]: ...
    def stop(self) -> None: ...


class NginxPeer:
    """nginx; bodies are the files that it keeps of them."""

    def __init__(self, folder: Path) -> None:
        # {PLAIN} is nginx's own word for a password that is not hashed, and it ends with it.
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        self._folder = folder
        self._nginx = nginx.Nginx(folder, SERVER.format(folder=folder), lines=LOG)
        self.port = self._nginx.port

    def lines(self) -> list[Sequence[str]]:
        log = self._folder / "seen.log"
        return [line.split() for line in log.read_text().splitlines()]

    def bodies(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self._folder / "body").iterdir())]

    def stop(self) -> None:
        self._nginx.stop()


class LibraryPeer:
    """The server of the standard library, a thread for each connection."""

    def __init__(self, folder: Path) -> None:
        del folder
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.seen, self._server.kept = [], []  # type: ignore[attr-defined]
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def lines(self) -> list[Sequence[str]]:
        return list(self._server.seen)  # type: ignore[attr-defined]

    def bodies(self) -> list[bytes]:
        return list(self._server.kept)  # type: ignore[attr-defined]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self._chunks() if self.headers["Transfer-Encoding"] else self._counted()
        path = self.path.partition("?")[0]
        user, said = "-", "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers["Authorization"] == said:
            user = USER
        names = ("Content-Type", "Content-Encoding", "Transfer-Encoding")
        fields = [self.headers[name] or "-" for name in names]
        self.server.seen.append(  # type: ignore[attr-defined]
            [self.command, self.path, *fields, str(self.client_address[1]), user]
        )
        if path == "/kept":
            self.server.kept.append(body)  # type: ignore[attr-defined]
        status, headers, answer = self._answer(path, body, user)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _answer(self, path: str, body: bytes, user: str) -> tuple[int, dict[str, str], bytes]:
        table: dict[str, tuple[int, dict[str, str], bytes]] = {
            "/ok": (200, {}, b"fine\n"),
            "/kept": (204, {}, b""),
            "/moved": (307, {"Location": "/kept?by=redirect"}, b""),
            "/elsewhere": (307, {"Location": "http://other.invalid/x"}, b""),
            "/private": (204 if user == USER else 401, {}, b""),
            "/small": (204 if len(body) <= MOST else 413, {}, b""),
            "/once": (200, {"Connection": "close"}, b"bye\n"),
            "/busy": (429, {"Retry-After": "1"}, b""),
            "/packed": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"packed " * 50)),
        }
        return table.get(path, (404, {}, b""))

    def _counted(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"] or 0))

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *_: object) -> None:
        """Say nothing."""


PEERS: dict[str, type[NginxPeer] | type[LibraryPeer]] = (
    {"nginx": NginxPeer} if nginx.PROGRAM else {"standard-library": LibraryPeer}
)
