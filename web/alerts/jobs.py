"""What the queue ``notices`` runs."""

from uuid import UUID


def send(code: str) -> None:
    """Try once to send the notice with this code, if it is due."""
    from web.alerts import sending  # noqa: PLC0415 (what makes notices puts this job into the queue)

    sending.send(UUID(code))


def recover(code: str) -> None:
    """Do what a rule wants done about an incident, if nobody has."""
    from web.alerts import recovery  # noqa: PLC0415 (it puts this job into the queue)

    recovery.work(UUID(code))
