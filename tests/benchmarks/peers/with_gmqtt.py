"""gmqtt on uvloop: clients publish a fixed payload, as fast as the loop allows.

Arguments: port, clients, QoS, seconds of warming up, seconds measured.
"""

import asyncio
import os
import sys

import gmqtt
import uvloop
from gmqtt.mqtt.handler import MqttPackageHandler
from measuring import Measure
from texts import PAYLOAD, TOPIC

MAX_IN_FLIGHT = 20  # of a client at QoS 1; it has no bound of its own and would only queue


def count_acknowledgements(measure: Measure) -> None:
    """Have every client's handler count; gmqtt itself tells nobody of a PUBACK."""
    handle = MqttPackageHandler._handle_puback_packet

    def counted(handler: MqttPackageHandler, cmd: int, packet: bytes) -> None:
        handle(handler, cmd, packet)
        handler.in_flight -= 1
        measure.messages += 1

    MqttPackageHandler.in_flight = 0
    MqttPackageHandler._handle_puback_packet = counted


async def main(port: int, count: int, qos: int, warm: float, long: float) -> None:
    measure = Measure()
    count_acknowledgements(measure)
    clients = [gmqtt.Client(f"gmqtt-{number}") for number in range(count)]
    topics = [TOPIC % number for number in range(count)]
    for client in clients:
        await client.connect("127.0.0.1", port, version=gmqtt.constants.MQTTv311)
    loop = asyncio.get_running_loop()
    begin, end = loop.time() + warm, loop.time() + warm + long
    loop.call_at(begin, measure.begin)
    while loop.time() < end:
        for client, topic in zip(clients, topics, strict=True):
            if client._package_handler.in_flight >= MAX_IN_FLIGHT:
                continue
            client.publish(topic, PAYLOAD, qos=qos)
            client._package_handler.in_flight += qos
            measure.messages += 1 - qos
        await asyncio.sleep(0)
    measure.end()
    os._exit(0)  # it would wait for every client's goodbye


uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *map(float, sys.argv[4:6])))
