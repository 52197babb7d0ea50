"""By mail: handed to the outbox, which has tries of its own."""

from web.alerts.letters import Letter
from web.alerts.models import Attempt
from web.alerts.senders.base import Outcome
from web.alerts.ways import Way
from web.mail import actions


def send(attempt: Attempt, way: Way, letter: Letter) -> Outcome:  # noqa: ARG001 (as all senders)
    """Put the mail into the outbox."""
    mail = actions.post(way.address, letter.title, "mail/notice", {"letter": letter})
    return Outcome(is_sent=True, text="in the outbox", reference=str(mail.code))
