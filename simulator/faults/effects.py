"""Whether faults can do anything at a target: what its protocol, or a shared client, leaves them.

Rule: a fault that no peer could ever see is refused before the run, and never passed off as done.
"""

from simulator.lot.fault import Fault
from simulator.lot.faults import Latency, Malformed, SlowReader, WrongCredential, WrongTopic
from simulator.lot.producer_target import ProducerTarget
from simulator.lot.target import Target

# Of one mock's own connection; what many share is neither slowed, garbled nor dressed up for one.
OF_OWN_CONNECTIONS = (Latency, Malformed, SlowReader, WrongCredential)
DATAGRAMS = ("coap", "udp")
UNADDRESSED = ("tcp", "udp", "websocket")  # protocols whose messages name no receiver
# The word of a target that sends all messages to one place, whatever they say.
ONE_PLACE = {"kafka": "topic", "amqp": "routing_key", "nats": "subject", "kinesis": "stream"}


def futile(fault: Fault, target: Target) -> str:
    """Return why a fault has no effect at a target; empty: it has one."""
    protocol, kind = target.protocol, fault.fault
    if isinstance(target, ProducerTarget) and isinstance(fault, OF_OWN_CONNECTIONS):
        return f"all mocks share one client of {protocol}: {kind} has no connection to work on"
    if isinstance(fault, SlowReader) and protocol in DATAGRAMS:
        return f"{protocol} has no connection whose reading could be slow"
    return _misdirects_nothing(fault, target) if isinstance(fault, WrongTopic) else ""


def _misdirects_nothing(fault: WrongTopic, target: Target) -> str:
    if target.protocol in UNADDRESSED:
        return f"messages of {target.protocol} have neither topic nor path"
    word = ONE_PLACE.get(target.protocol, "")
    if not word or not getattr(target, word) or getattr(target, "key", "") == "address":
        return ""
    return f"target.{word} says where all messages go, {fault.fault} has nothing to change"
