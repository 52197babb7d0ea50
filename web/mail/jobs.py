"""What the mail queue runs."""

import logging
from uuid import UUID

logger = logging.getLogger(__name__)


def send(code: str) -> None:
    """Try once to send the mail with this code, if it is due."""
    from web.mail import actions  # noqa: PLC0415 (actions enqueues this very job)

    actions.send(UUID(code))


def lift(address: str, cause: str) -> None:
    """Have the mail service take mails to an address again; what it refuses is logged."""
    from web.mail import backends  # noqa: PLC0415 (pages put this job into the queue)
    from web.mail.models import Cause  # noqa: PLC0415

    if refused := backends.configured().lift(address, Cause(cause)):
        logger.error("address is still suppressed at the mail service: %s", refused)
