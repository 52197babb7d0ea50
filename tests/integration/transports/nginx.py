"""An nginx of one test on a free port of 127.0.0.1, where the machine has it.

Rule: one process in the foreground, all of its files in the folder that it is given.
"""

import contextlib
import shutil
import socket
import subprocess
import time
from pathlib import Path

from workshop.supervisor import free_port

WITHIN = 60.0  # s until it listens, on a busy machine too

PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")

_CONFIGURATION = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
worker_rlimit_nofile 20000;
events {{ worker_connections 15000; }}
http {{
    access_log off; keepalive_requests 1000000000; keepalive_timeout 60s;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {lines}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        {server}
    }}
}}
"""


class Nginx:
    """A server whose ``server`` block is the test's; ``lines`` stand beside it."""

    def __init__(self, folder: Path, server: str, *, lines: str = "") -> None:
        assert PROGRAM, "nginx is not installed"
        self.port = free_port()
        self.folder = folder
        configuration = folder / f"nginx-{self.port}.conf"
        configuration.write_text(
            _CONFIGURATION.format(folder=folder, port=self.port, lines=lines, server=server)
        )
        self.process = subprocess.Popen(
            [PROGRAM, "-c", configuration, "-e", folder / "error.log", "-p", folder],
            stderr=subprocess.DEVNULL,
        )
        self.await_listening(self.port)

    def await_listening(self, port: int) -> None:
        """Wait until it takes connections at a port of its configuration."""
        end = time.monotonic() + WITHIN
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                return
            assert self.process.poll() is None, (self.folder / "error.log").read_text()
            time.sleep(0.01)
        raise AssertionError("nginx does not listen")

    def stop(self) -> None:
        """End it and wait for that."""
        self.process.terminate()
        self.process.wait(WITHIN)
