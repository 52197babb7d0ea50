"""Who each mock is towards the target: the placeholders of target and secrets, filled in.

Rule: done once for a shard, before anything is sent.
"""

from collections.abc import Callable, Sequence

import numpy as np

from simulator.definition import parse_template
from simulator.errors import DefinitionError, Problem
from simulator.fleet import Fleet
from simulator.lot import Credentials, Target
from simulator.payloads.document import plain_line
from simulator.transports import Identity

KNOWN = frozenset({"id", "index"})  # what is the same in every definition


def identities(
    fleet: Fleet, *, first: int, target: Target, secrets: Credentials
) -> Callable[[int], Identity]:
    """Return what makes the identity of the mock in a row.

    Raises:
        DefinitionError: A placeholder of the client id, the user name or the will's topic is
            neither ``{id}`` nor ``{index}``.
    """
    names = fleet.identities
    clients = _texts("client_id", target.client_id, names, first)
    users = _texts("username", secrets.username, names, first)
    will_topics = _texts("will.topic", target.will.topic, names, first) if target.will else ()

    def identity(row: int) -> Identity:
        return Identity(
            client_id=clients[row],
            username=users[row],
            password=secrets.password,
            token=secrets.token,
            subscriptions=fleet.subscriptions(row),
            will=target.will and target.will.model_copy(update={"topic": will_topics[row]}),
        )

    return identity


def _texts(place: str, text: str, names: Sequence[str], first: int) -> Sequence[str]:
    template = parse_template(text)
    if unknown := sorted(template.names - KNOWN):
        what = f"unknown placeholder {{{unknown[0]}}}, {{id}} and {{index}} are known here"
        raise DefinitionError(Problem(f"target.{place}", what))
    rows = np.arange(len(names))
    columns = {"id": np.array(names, dtype=object), "index": rows + first}
    return list(plain_line(template).texts(columns, rows))
