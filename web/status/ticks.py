"""What the clock does for the status page. Any number of clocks may."""

from web.status import deadman, sampling


def sample() -> None:
    """Write how each component is, once a minute."""
    sampling.sample()


def ping() -> None:
    """Tell the external dead man's switch that the clock does its work, if it does."""
    deadman.ping()


def forget() -> None:
    """Remove days of long ago."""
    sampling.forget()
