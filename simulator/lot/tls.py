"""How a connection is encrypted, and how the far side proves who it is.

Rule: what is said here is of the target; a mock's own certificate is part of its identity.
"""

from simulator.lot.base import Model


class Tls(Model):
    """How the far side proves who it is. ``ca`` is PEM text; empty: the system's authorities."""

    ca: str = ""
    verify: bool = True
    server_name: str = ""
