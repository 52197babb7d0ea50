"""Ready profiles of a target: one choice in the place of ten fields.

Rule: the one list of them; a new one is a ``Profile`` and a line here.
"""

from simulator.lot.profiles.aws import AWS_AUTHORISER, AWS_CERTIFICATES, AWS_WEBSOCKET
from simulator.lot.profiles.azure import AZURE
from simulator.lot.profiles.base import Built, Input, Profile, Topic
from simulator.lot.profiles.brokers import BROKER, EMQX, HIVEMQ
from simulator.lot.profiles.limits import Limits, limit_problems
from simulator.lot.profiles.platforms import GOOGLE_STYLE, THINGSBOARD

__all__ = ["PROFILES", "Built", "Input", "Limits", "Profile", "Topic", "limit_problems"]

PROFILES: dict[str, Profile] = {
    each.name: each
    for each in (
        BROKER,
        AWS_CERTIFICATES,
        AWS_AUTHORISER,
        AWS_WEBSOCKET,
        AZURE,
        THINGSBOARD,
        HIVEMQ,
        EMQX,
        GOOGLE_STYLE,
    )
}
