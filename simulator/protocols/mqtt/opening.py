"""What a client says of itself when it connects.

Rule: names are those of MQTT 5; what 3.1.1 does not have is left out there.
"""

from dataclasses import dataclass, field

from simulator.lot import Parting, Will
from simulator.protocols.mqtt.packets import MAX_INCOMING

NEVER = 0xFFFF_FFFF  # session expiry: the session does not expire (MQTT 5, section 3.1.2.11.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Who connects, and on which terms.

    ``clean_start`` asks for a new session; in 3.1.1 it also ends with its connection. The terms
    from ``session_expiry`` on are of MQTT 5.
    """

    client_id: str
    username: str = ""
    password: str = field(default="", repr=False)
    will: Will | Parting | None = None
    keep_alive: int = 60  # s between two packets of ours, 0 to 65,535; the caller pings
    clean_start: bool = True
    subscribe_qos: int = 1  # the most that we ask for
    session_expiry: int = 0  # s that the session outlives its connection, 0 to NEVER
    receive_maximum: int = 100  # messages above QoS 0 to us at once, 1 to 65,535
    maximum_packet_size: int = MAX_INCOMING  # bytes of a packet to us
    topic_aliases: int = 0  # how many we use, and how many the server may use
    user_properties: tuple[tuple[str, str], ...] = ()
