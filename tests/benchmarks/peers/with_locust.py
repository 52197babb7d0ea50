"""Locust's own MqttUser: users publish a fixed payload without waiting.

Arguments: port, users, QoS, seconds of warming up, seconds measured.
"""

import os
import sys

import gevent
from locust import constant, task  # it patches the standard library for gevent
from locust.contrib.mqtt import MqttUser
from locust.env import Environment
from measuring import Measure
from texts import PAYLOAD, TOPIC

MAX_IN_FLIGHT = 20  # of a user; paho sends no more at QoS 1 and would only queue

PORT, USERS, QOS = (int(argument) for argument in sys.argv[1:4])
WARM, LONG = (float(argument) for argument in sys.argv[4:6])


class Device(MqttUser):
    """One user; Locust counts a publication when paho says that it is done."""

    host = "127.0.0.1"
    port = PORT
    wait_time = constant(0)
    use_loop_selectors = True  # select() ends at 1,024 connections

    def on_start(self) -> None:
        gevent.sleep(1)

    @task
    def publish(self) -> None:
        if len(self.client._publish_requests) < MAX_IN_FLIGHT:
            self.client.publish(TOPIC % (id(self) % 1_000_000), PAYLOAD, qos=QOS)


def main() -> None:
    environment = Environment(user_classes=[Device])
    runner = environment.create_local_runner()
    measure = Measure()

    def count(request_type: str, name: str, exception: object = None, **_: object) -> None:
        if "publish" in name and not exception:
            measure.messages += 1

    environment.events.request.add_listener(count)
    runner.start(USERS, spawn_rate=USERS)
    gevent.sleep(WARM + 3)  # connecting takes its users longer
    measure.begin()
    gevent.sleep(LONG)
    measure.end()
    os._exit(0)  # it would wait for every user


main()
