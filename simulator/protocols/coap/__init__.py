"""CoAP, the client's side, without input or output. What is spoken: docs/reference/coap.md.

Rule: datagrams in, events out; told the time.
"""

from simulator.protocols.coap.codes import METHODS, is_success, reason
from simulator.protocols.coap.observing import MAX_WATCHES
from simulator.protocols.coap.request import (
    Answered,
    Event,
    Failed,
    Notified,
    Observed,
    Ponged,
    Silent,
    Unobserved,
)
from simulator.protocols.coap.resource import (
    content_format,
    format_options,
    host_option,
    resource_options,
)
from simulator.protocols.coap.session import Session
from simulator.protocols.coap.timing import Timing

__all__ = [
    "MAX_WATCHES",
    "METHODS",
    "Answered",
    "Event",
    "Failed",
    "Notified",
    "Observed",
    "Ponged",
    "Session",
    "Silent",
    "Timing",
    "Unobserved",
    "content_format",
    "format_options",
    "host_option",
    "is_success",
    "reason",
    "resource_options",
]
