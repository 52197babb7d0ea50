"""Numbers in place of topics (MQTT 5, section 3.3.2.3.4): a table for each way of a connection.

Rule: both end with their connection; neither grows beyond what was agreed in CONNECT and CONNACK.
"""

from simulator.protocols.mqtt.fields import MAX_STRING
from simulator.protocols.mqtt.packets import Publish
from simulator.protocols.mqtt.reasons import TOPIC_ALIAS_INVALID, Violation

MAX_TOPICS = 16 * MAX_STRING  # bytes of all topics that a server may have us remember
COST = 3  # bytes of the property; a topic that is no longer than it goes as it is


class Outgoing:
    """The topics that we said with a number; the first ones that are sent get one."""

    __slots__ = ("_most", "_numbers")

    def __init__(self, most: int) -> None:
        self._most = most
        self._numbers: dict[str, int] = {}

    def known(self, topic: str) -> int:
        """Return the number that stands for a topic; 0: none does yet."""
        return self._numbers.get(topic, 0)

    def learn(self, topic: str) -> int:
        """Give a topic the next number; 0: it needs none, or there is none left."""
        number = len(self._numbers) + 1
        if number > self._most or len(topic) <= COST:
            return 0
        self._numbers[topic] = number
        return number


class Incoming:
    """The topics that the server said with a number."""

    __slots__ = ("_bytes", "_most", "_topics")

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = 0
        self._topics: dict[int, str] = {}

    def resolve(self, event: Publish) -> Publish:
        """Return a message with its whole topic, and remember what its number stands for.

        Raises:
            Violation: the number is above what we announced or stands for nothing, there is
                neither topic nor number, or the topics are more than ``MAX_TOPICS`` bytes.
        """
        number = event.properties.get("topic_alias", 0)
        if not number:
            if not event.topic:
                raise Violation("PUBLISH with neither a topic nor a topic alias")
            return event
        if number > self._most:  # [MQTT-3.1.2-26], [MQTT-3.3.2-10]
            text = f"PUBLISH with topic alias {number}, at most {self._most} were offered"
            raise Violation(text, TOPIC_ALIAS_INVALID)
        if event.topic:
            self._remember(number, event.topic)
            return event
        if number not in self._topics:
            raise Violation(f"PUBLISH with topic alias {number}, which stands for nothing")
        return event._replace(topic=self._topics[number])

    def _remember(self, number: int, topic: str) -> None:
        self._bytes += 4 * (len(topic) - len(self._topics.get(number, "")))  # at most 4 each
        if self._bytes > MAX_TOPICS:
            raise Violation(f"topic aliases for more than {MAX_TOPICS} bytes of topics")
        self._topics[number] = topic
