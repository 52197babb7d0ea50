"""What the mail queue runs."""

from uuid import UUID


def send(code: str) -> None:
    """Try once to send the mail with this code, if it is due."""
    from web.mail import actions  # noqa: PLC0415 (actions enqueues this very job)

    actions.send(UUID(code))
