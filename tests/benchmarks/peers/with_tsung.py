"""tsung: users publish a fixed payload without a pause. Its CPU is that of the whole run.

Arguments: port, users, QoS (0, 1), seconds of warming up, seconds measured.
"""

import re
import socket
import sys
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from running import run, tell
from texts import PAYLOAD, TOPIC

PORT, USERS, QOS = (int(argument) for argument in sys.argv[1:4])
LONG = sum(float(argument) for argument in sys.argv[4:6])
START = 30.0  # s more for the virtual machine to begin and to end

PLAN = f"""<?xml version="1.0"?>
<!DOCTYPE tsung SYSTEM "/usr/share/tsung/tsung-1.0.dtd">
<tsung loglevel="warning">
  <clients>
    <client host="{socket.gethostname()}" use_controller_vm="true" maxusers="{USERS}"/>
  </clients>
  <servers><server host="127.0.0.1" port="{PORT}" type="tcp"/></servers>
  <load duration="{LONG:.0f}" unit="second">
    <arrivalphase phase="1" duration="{LONG:.0f}" unit="second">
      <users maxnumber="{USERS}" arrivalrate="{USERS}" unit="second"/>
    </arrivalphase>
  </load>
  <sessions>
    <session name="publish" probability="100" type="ts_mqtt">
      <request><mqtt type="connect" clean_start="true" keepalive="60"/></request>
      <for from="1" to="10000000" var="i">
        <request>
          <mqtt type="publish" topic="{TOPIC % 1}" qos="{QOS}" retained="false">{
    escape(PAYLOAD.decode())
}</mqtt>
        </request>
      </for>
    </session>
  </sessions>
</tsung>
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder, "plan.xml")
        plan.write_text(PLAN)
        log = Path(folder, "log")
        command = ["tsung", "-n", "-f", str(plan), "-l", str(log), "start"]
        run(command, within=LONG + START, folder=folder)
        (told,) = log.glob("*/tsung.log")
        totals = re.findall(r"^stats: mqtt_published \d+ (\d+)$", told.read_text(), re.MULTILINE)
    tell(int(totals[-1]), LONG)


main()
