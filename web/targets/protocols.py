"""The protocols that targets speak: what people call them, and their usual ports.

Rule: a word here is the word of the simulator's target; a test holds the two lists together.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Protocol:
    """One protocol as the console shows it. Ports are IANA's; None: there is no usual one."""

    label: str
    port: int | None
    tls_port: int | None = None
    has_tls: bool = True  # whether it can be encrypted here
    # Groups of the form that this protocol has, beside what all have.
    has_token: bool = False

    def usual_port(self, *, has_tls: bool) -> int | None:
        """The port that is meant when nobody says one."""
        return self.tls_port if has_tls else self.port


PROTOCOLS: dict[str, Protocol] = {
    "mqtt": Protocol("MQTT", 1883, 8883),
    "http": Protocol("HTTP", 80, 443, has_token=True),
    "websocket": Protocol("WebSocket", 80, 443, has_token=True),
    "coap": Protocol("CoAP", 5683, has_tls=False),
    "tcp": Protocol("TCP", None, has_token=True),
    "udp": Protocol("UDP", None, has_tls=False, has_token=True),
    "kafka": Protocol("Kafka", 9092, 9093),
    "amqp": Protocol("AMQP", 5672, 5671),
    "nats": Protocol("NATS", 4222, 4222, has_token=True),
    "kinesis": Protocol("Kinesis", 80, 443, has_token=True),
}


def choices() -> list[tuple[str, str]]:
    """The protocols for a form."""
    return [(word, protocol.label) for word, protocol in PROTOCOLS.items()]
