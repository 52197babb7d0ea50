"""What the clock does for proofs. Any number of clocks may."""

from web.targets.ownership import actions, notices


def tick() -> None:
    """Have old proofs looked at again, and tell of those that end soon."""
    actions.look_again()
    notices.warn()
