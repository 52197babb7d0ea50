"""By mail: handed to the outbox, which has tries of its own."""

from web.alerts.letters import Letter
from web.alerts.models import Attempt
from web.alerts.senders.base import Outcome
from web.alerts.ways import Way
from web.mail import actions


def send(attempt: Attempt, way: Way, letter: Letter) -> Outcome:
    """Put the mail into the outbox."""
    of = attempt.incident.workspace if attempt.incident else None
    of = of or (attempt.channel.workspace if attempt.channel else None)
    facts = {"letter": letter}
    mail = actions.post(way.address, letter.title, "mail/notice", facts, workspace=of)
    return Outcome(is_sent=True, text="in the outbox", reference=str(mail.code))
