"""awscrt, the C runtime under the AWS IoT SDK: clients publish a fixed payload.

Arguments: port, clients, QoS (0, 1), seconds of warming up, seconds measured.
"""

import os
import sys
import time
from collections import deque
from concurrent.futures import Future

from awscrt import io, mqtt
from measuring import Measure
from texts import PAYLOAD, TOPIC

MAX_IN_FLIGHT = 20  # of a client; it has no bound of its own and would only queue
CONNECTED_WITHIN = 60.0  # s


class Client:
    """One connection and how much of it is under way."""

    def __init__(self, client: mqtt.Client, number: int, port: int) -> None:
        self.topic = TOPIC % number
        self.in_flight = 0
        self.connection = mqtt.Connection(
            client=client, host_name="127.0.0.1", port=port, client_id=f"awscrt-{number}"
        )
        self.connected: Future[object] = self.connection.connect()


def main(port: int, count: int, qos: int, warm: float, long: float) -> None:
    measure = Measure()
    group = io.EventLoopGroup(1)
    bootstrap = io.ClientBootstrap(group, io.DefaultHostResolver(group))
    runtime = mqtt.Client(bootstrap)
    clients = [Client(runtime, number, port) for number in range(count)]
    for client in clients:
        client.connected.result(CONNECTED_WITHIN)
    begin = time.monotonic() + warm
    end = begin + long
    has_begun = False
    done: deque[Client] = deque()
    level = mqtt.QoS(qos)
    while (now := time.monotonic()) < end:
        if not has_begun and now >= begin:
            has_begun = True
            measure.begin()
        while done:
            done.popleft().in_flight -= 1
            measure.messages += 1
        before = measure.messages
        for client in clients:
            if client.in_flight < MAX_IN_FLIGHT:
                client.in_flight += 1
                future, _ = client.connection.publish(client.topic, PAYLOAD, level)
                future.add_done_callback(lambda _, client=client: done.append(client))
        if measure.messages == before and not done:
            time.sleep(0.0005)  # its own thread needs the interpreter too
    measure.end()
    os._exit(0)  # it would wait for every client's goodbye


main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *map(float, sys.argv[4:6]))
