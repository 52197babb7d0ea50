"""k6: virtual users post a fixed payload without a pause. Its CPU is that of the whole run.

Arguments: port, users, seconds of warming up, seconds measured.
"""

import json
import sys
import tempfile
from pathlib import Path

from running import run, tell
from texts import PAYLOAD

PORT, USERS = (int(argument) for argument in sys.argv[1:3])
LONG = float(sys.argv[4])
START = 60.0  # s
SCRIPT = """import http from "k6/http";
export const options = { vus: %d, duration: "%ds", discardResponseBodies: true };
const payload = %s;
const headers = { headers: { "Content-Type": "application/json" } };
export default function () { http.post("http://127.0.0.1:%d/telemetry", payload, headers); }
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        script, summary = Path(folder, "post.js"), Path(folder, "summary.json")
        script.write_text(SCRIPT % (USERS, LONG, json.dumps(PAYLOAD.decode()), PORT))
        k6 = Path(sys.executable).with_name("k6")
        command = [str(k6), "run", "--quiet", "--no-usage-report", "--summary-export"]
        run([*command, str(summary), str(script)], within=LONG + START)
        requests = json.loads(summary.read_text())["metrics"]["http_reqs"]
    tell(int(requests["count"]), requests["count"] / requests["rate"])


main()
