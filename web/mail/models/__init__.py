"""The rows of mail."""

from web.mail.models.addresses import Cause, Event, Incoming, OptOut, Suppression
from web.mail.models.allowance import Gate, GateName, Month
from web.mail.models.outbox import OPEN, Attempt, Delivery, Mail, State
from web.mail.topics import Topic

__all__ = [
    "OPEN",
    "Attempt",
    "Cause",
    "Delivery",
    "Event",
    "Gate",
    "GateName",
    "Incoming",
    "Mail",
    "Month",
    "OptOut",
    "State",
    "Suppression",
    "Topic",
]
