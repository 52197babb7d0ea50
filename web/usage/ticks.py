"""What the clock does for usage. Any number of clocks may: what is counted twice counts once."""

from web.usage import enforcing, keeping, metering


def meter() -> None:
    """Count what live runs have used, and end those whose plan is used up and says so."""
    metering.look()
    enforcing.look()


def keep() -> None:
    """Count what workspaces keep, each once an hour."""
    keeping.look()


def make_up() -> None:
    """Count ended runs that nobody counted when they ended."""
    metering.make_up()
