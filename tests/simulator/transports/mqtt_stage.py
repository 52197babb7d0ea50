"""An exchange to a broker of MQTT whose answers the test gives, in virtual time."""

from collections.abc import Callable, Coroutine
from typing import Any

from tests.simulator.protocols.mqtt_making import CONNACK
from tests.simulator.transports.virtual import Socket, Stage, run


def on_stage(play: Callable[[Stage], Coroutine[Any, Any, None]], **target: Any) -> None:
    """Play with an exchange to a target, and close it."""

    async def main() -> None:
        stage = Stage(**target)
        await play(stage)
        await stage.exchange.close()

    run(main)


async def connect(stage: Stage, answer: bytes = b"", **identity: Any) -> Socket:
    """Connect a mock whose broker answers so."""
    stage.exchange.connect(0, stage.identity(**identity))
    await stage.settle()
    stage.socket.say(answer or CONNACK[stage.target.version])  # type: ignore[attr-defined]
    return stage.socket
