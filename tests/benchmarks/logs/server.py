"""Files of a folder by HTTP, with ranges, as an object store gives them."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
CONFIGURATION = """\
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""
WITHIN = 10.0  # s


class FileServer:
    """An nginx; ``address`` is where it listens."""

    def __init__(self, root: Path) -> None:
        assert PROGRAM, "this benchmark needs nginx"
        root.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        folder = root.parent
        file = folder / "nginx.conf"
        file.write_text(CONFIGURATION.format(folder=folder, root=root, port=port))
        command = [PROGRAM, "-c", str(file), "-e", str(folder / "error.log"), "-p", str(folder)]
        self._process = subprocess.Popen(command)
        self._wait(port)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(WITHIN)

    def _wait(self, port: int) -> None:
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("nginx does not listen")
