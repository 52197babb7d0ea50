"""What one parcel says to a broker: its properties in MQTT 5, nothing of them in 3.1.1."""

from tests.simulator.protocols.mqtt_making import block, packet
from tests.simulator.transports.mqtt_stage import connect, on_stage
from tests.simulator.transports.virtual import Stage


def test_a_parcel_has_its_properties() -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)

        stage.send(
            qos=0,
            headers={"Content-Type": "text/plain", "x": "of HTTP"},
            properties={"k": "v"},
            response_topic="r",
            correlation="c",
        )
        stage.send(qos=0, payload=b"\xff")

        said = block(
            payload_format=1,
            message_expiry=9,
            content_type="text/plain",
            response_topic="r",
            correlation=b"c",
            user_property=[("k", "v")],
        )
        assert socket.written[1] == packet(0x30, b"\0\x01a" + said + b"x")
        assert socket.written[2] == packet(0x30, b"\0\x01a" + block(message_expiry=9) + b"\xff")

    on_stage(play, version="5", payload_format=True, message_expiry=9)


def test_3_1_1_says_none_of_them() -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)

        stage.send(qos=0, headers={"Content-Type": "a"}, properties={"k": "v"}, correlation="c")

        assert socket.written[1] == b"\x30\x04\0\x01ax"

    on_stage(play)


def test_a_property_that_mqtt_cannot_carry_costs_only_its_parcel() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)

        stage.send(qos=0, properties={"k": "v" * 70_000})
        stage.send(qos=0)

        words = "user property must have at most 65535 bytes, got 70000"
        assert stage.diary.reasons == [words, ""]

    on_stage(play, version="5")
