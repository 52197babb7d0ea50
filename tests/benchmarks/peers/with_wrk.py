"""wrk: connections post a fixed payload, one thread. Its CPU is that of the whole run.

Arguments: port, connections, seconds of warming up, seconds measured.
"""

import re
import sys
import tempfile
from pathlib import Path

from running import run, tell
from texts import PAYLOAD

PORT, CONNECTIONS = (int(argument) for argument in sys.argv[1:3])
LONG = float(sys.argv[4])
START = 30.0  # s
SCRIPT = """wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [=[%s]=]
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "post.lua")
        script.write_text(SCRIPT % PAYLOAD.decode())
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{LONG:.0f}s", "-s", str(script)]
        out = run([*command, f"http://127.0.0.1:{PORT}/telemetry"], within=LONG + START)
    found = re.search(r"(\d+) requests in ([\d.]+)(m?s)", out)
    assert found, out
    tell(int(found[1]), float(found[2]) / (1000 if found[3] == "ms" else 1))


main()
