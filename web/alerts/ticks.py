"""What the clock does for watching. Any number of clocks may: every change is a conditional one."""

from web.alerts import (
    escalation,
    incidents,
    limits,
    looking,
    platform_status,
    recovery,
    sending,
    service,
)


def look() -> None:
    """Judge what is watched."""
    looking.look()
    limits.look()


def climb() -> None:
    """Ring whom it is time to ring, and hand over what waits to be told or done."""
    escalation.climb_due()
    sending.queue_due()
    recovery.queue_due()


def look_at_service() -> None:
    """Judge the service itself."""
    service.look()


def ask_platform() -> None:
    """Ask the platform's status page."""
    platform_status.ask()


def forget() -> None:
    """Remove what is remembered of subjects that are gone, and incidents of long ago."""
    looking.forget()
    incidents.forget()
