"""Locust's FastHttpUser: users post a fixed payload without waiting.

Arguments: port, users, seconds of warming up, seconds measured.
"""

import os
import sys

import gevent
from locust import constant, task  # it patches the standard library for gevent
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment
from measuring import Measure
from texts import PAYLOAD

PORT, USERS = (int(argument) for argument in sys.argv[1:3])
WARM, LONG = (float(argument) for argument in sys.argv[3:5])
SPAWNING = 3.0  # s more until all users are there


class Device(FastHttpUser):
    """One user."""

    host = f"http://127.0.0.1:{PORT}"
    wait_time = constant(0)

    @task
    def post(self) -> None:
        self.client.post("/telemetry", PAYLOAD, headers={"Content-Type": "application/json"})


def main() -> None:
    environment = Environment(user_classes=[Device])
    runner = environment.create_local_runner()
    measure = Measure()

    def count(exception: object = None, **_: object) -> None:
        measure.messages += not exception

    environment.events.request.add_listener(count)
    runner.start(USERS, spawn_rate=USERS)
    gevent.sleep(WARM + SPAWNING)
    measure.begin()
    gevent.sleep(LONG)
    measure.end()
    os._exit(0)  # it would wait for every user


main()
