"""How a target tells what has arrived: a subscription on what was published, or its own counter.

Rule: says where to look; who looks is the tower.
"""

import re
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from simulator.definition.quantities.units import SomeSeconds
from simulator.lot.base import Model, Text

MAX_URL = 2_000  # characters


def _checked_filter(text: str) -> str:
    """Return a topic filter that a broker takes. Source: MQTT 3.1.1, 4.7.1."""
    if re.search(r"\0|#.|[^/]#|\+[^/]|[^/]\+", text):
        raise ValueError("'#' stands alone as the last level of a topic filter, '+' alone in its")
    if text.startswith("$share/"):
        raise ValueError("a shared subscription gets only a part of what arrives")
    return text


def _checked_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("needs an address such as http://receiver.example/stats, without a user")
    return text


class Subscription(Model):
    """A connection beside those of the mocks, of each tower, that subscribes what they publish.

    What arrives is known by its topic and payload.
    """

    kind: Literal["subscription"] = "subscription"
    filter: Annotated[Text, Field(min_length=1), AfterValidator(_checked_filter)] = Field(
        description="Topic filter, subscribed at QoS 1: plants/#"
    )
    within: SomeSeconds = Field(
        default=30.0, description="s; what has not arrived by then is missing"
    )


class Counter(Model):
    """A page of the receiver that says how many messages it has had."""

    kind: Literal["counter"] = "counter"
    url: Annotated[str, Field(max_length=MAX_URL), AfterValidator(_checked_url)] = Field(
        description="Address of the page: `http://receiver.example/stats`"
    )
    path: Text = Field(
        default="",
        description="Where in its JSON the number is: data.received, queues.0.count; "
        "empty: the whole answer is the number",
    )
    every: SomeSeconds = Field(default=1.0, description="s between two looks")


AnyWayBack: TypeAlias = Annotated[Subscription | Counter, Field(discriminator="kind")]
