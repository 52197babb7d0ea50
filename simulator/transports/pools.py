"""Holds the connections of Amazon's library to a gate: it opens them in threads, by urllib3.

Rule: its names are looked up by the gate alone, and no proxy of the environment is asked.
"""

from typing import Any

from simulator.transports.gate import Forbidden, Gate

# Of botocore.config.Config: {} is none, None would be those of the environment.
NO_PROXIES: dict[str, str] = {}


def hold_client(client: Any, gate: Gate) -> Any:
    """Return a client of boto3, whose connections pass the gate from now on.

    Source: urllib3's ``PoolManager.pool_classes_by_scheme``, which botocore's session sets too.
    """
    manager = client._endpoint.http_session._manager
    manager.pool_classes_by_scheme = {
        scheme: _held_pool(pool, gate) for scheme, pool in manager.pool_classes_by_scheme.items()
    }
    return client


def _held_pool(pool: Any, gate: Gate) -> Any:
    from urllib3.exceptions import NewConnectionError  # noqa: PLC0415  (boto3's, slow to import)

    class HeldConnection(pool.ConnectionCls):  # type: ignore[misc]
        """A connection to an address that the gate has judged."""

        def _new_conn(self) -> Any:
            try:
                made = gate.connect(self._dns_host, self.port, timeout=self.timeout)
            except Forbidden as error:
                raise NewConnectionError(self, str(error)) from error
            except OSError as error:
                raise NewConnectionError(self, type(error).__name__) from error
            for option in self.socket_options or ():
                made.setsockopt(*option)
            return made

    class HeldPool(pool):  # type: ignore[misc]
        """Makes held connections."""

        ConnectionCls = HeldConnection

    return HeldPool
