"""Who each mock is towards the target: the placeholders of target and secrets, filled in.

Rule: done once for a shard, before anything is sent; only what is fixed for a mock may stand there,
for a connection has no readings.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np

from simulator.definition import parse_template
from simulator.definition.model import nearest
from simulator.errors import DefinitionError, Problem
from simulator.fleet import Fleet
from simulator.lot import Credentials, MqttTarget, Target, Will
from simulator.payloads.document import plain_line
from simulator.transports import Identity

Wills: TypeAlias = Callable[[int], Will | None]


def identities(fleet: Fleet, *, target: Target, secrets: Credentials) -> Callable[[int], Identity]:
    """Return what makes the identity of the mock in a row, asked for before each connection.

    Client id, user name and the will's topic take ``{id}``, ``{index}``, and those constants and
    variables of the definition that nothing sets. So does the will's payload, where any other brace
    is one of JSON: ``{"online": false, "site": "{site}"}``.

    Raises:
        DefinitionError: A placeholder is of something that is not fixed for a mock, or none.
    """
    own = target if isinstance(target, MqttTarget) else None
    clients = _texts("target.client_id", own.client_id if own else "", fleet)
    users = _texts("target.username", secrets.username, fleet)
    wills = _wills(own.will if own else None, fleet)

    def identity(row: int) -> Identity:
        return Identity(
            client_id=clients[row],
            username=users[row],
            password=secrets.password,
            token=secrets.token,
            subscriptions=fleet.subscriptions(row),
            will=partial(fleet.will, row) if fleet.leaves_wills else wills(row),
        )

    return identity


def _wills(will: Will | None, fleet: Fleet) -> Wills:
    if will is None:
        return lambda _row: None
    topics = _texts("target.will.topic", will.topic, fleet)
    payloads = _payloads(will, fleet)
    return lambda row: will.model_copy(update={"topic": topics[row], "payload": payloads[row]})


def _payloads(will: Will, fleet: Fleet) -> Sequence[str]:
    """Return the will's payload of each mock; JSON has braces of its own, which stay."""
    known = "|".join(map(re.escape, fleet.fixed))
    pieces = re.split(rf"(\{{(?:{known})(?::[^{{}}]*)?\}})", will.payload)
    for place in range(0, len(pieces), 2):  # what stands between placeholders
        pieces[place] = pieces[place].replace("{", "{{").replace("}", "}}")
    return _texts("target.will.payload", "".join(pieces), fleet)


def _texts(place: str, text: str, fleet: Fleet) -> Sequence[str]:
    try:
        template = parse_template(text)
    except DefinitionError as error:
        raise DefinitionError(Problem(place, str(error))) from None
    for name in sorted(template.names - fleet.fixed.keys()):
        known = nearest(name, list(fleet.fixed))
        raise DefinitionError(Problem(place, f"unknown placeholder {{{name}}}, {known}"))
    return list(plain_line(template).texts(fleet.fixed, np.arange(len(fleet.identities))))
