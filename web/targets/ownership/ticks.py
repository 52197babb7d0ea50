"""What the clock does for proofs. Any number of clocks may."""

from web.targets.ownership import actions


def tick() -> None:
    """Have old proofs looked at again."""
    actions.look_again()
