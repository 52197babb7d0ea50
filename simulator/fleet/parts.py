"""The parts of a fleet, each made with those that it asks or tells.

Rule: nothing happens here; who calls whom is decided once, when a fleet is made.
"""

from collections.abc import Mapping

from simulator.behaviour.plan import Plan
from simulator.definition.document import Definition
from simulator.fleet.checkpoint import Remembering
from simulator.fleet.delivery import Delivery
from simulator.fleet.departures import Departures
from simulator.fleet.doings import Doings
from simulator.fleet.incoming import Incoming
from simulator.fleet.links import Links
from simulator.fleet.outgoing import answers, outgoing
from simulator.fleet.population import Population
from simulator.fleet.power import Power
from simulator.fleet.readings import Readings
from simulator.fleet.replying import Replying
from simulator.fleet.standing import Standing
from simulator.generators.base import Cast
from simulator.lot.pace import Pace
from simulator.speech import Speech


class Parts:
    """All that a fleet works with, but for the children of gateways."""

    def __init__(
        self,
        definition: Definition,
        cast: Cast,
        *,
        rate: float | None,
        speech: Speech | None,
        pace: Pace,
        is_instant: bool,
    ) -> None:
        """Make them; see ``Fleet`` for what the arguments mean.

        Raises:
            DatasetError: A dataset is not there, or not what the definition needs.
            DefinitionError: A message needs what the protocol cannot carry.
        """
        self.readings = Readings(definition, cast)
        self.plan = Plan.of(definition, rate=rate)
        self.mocks = self._population(definition, cast, pace)
        self.links = Links(cast.count, is_instant=is_instant)
        self.power = Power(self.mocks, self.links)
        self.standing = Standing(self.mocks, self.links, self.power)
        self.outgoing = outgoing(definition, self.plan, self.readings, speech)
        self.delivery = Delivery(
            definition,
            cast,
            mocks=self.mocks,
            readings=self.readings,
            links=self.links,
            outgoing=self.outgoing,
        )
        self.doings = Doings(
            self.plan, self.mocks, self.readings, self.links, send=self.delivery.send_now
        )
        self.departures = self._departures()
        self.replying = self._replying(definition, speech)
        self.incoming = self._incoming()
        self._greet_as_edge_nodes()

    def remembering(self) -> Mapping[str, Remembering]:
        """Return everything that remembers something, by the name it has in a checkpoint."""
        edge = self.delivery.edge
        return {
            **({"edge": edge} if edge else {}),
            "mocks": self.mocks,
            "readings": self.readings,
            "links": self.links,
            "power": self.power,
            "standing": self.standing,
            "backlog": self.delivery.backlog,
            "doings": self.doings,
            "departures": self.departures,
            "incoming": self.incoming,
            "replying": self.replying,
        }

    def _population(self, definition: Definition, cast: Cast, pace: Pace) -> Population:
        """Return the mocks, whose times the readings know."""
        mocks = Population(
            self.plan,
            cast,
            messages=tuple(definition.messages),
            known=self.readings.known,
            first_within=pace.start_within,
        )
        self.readings.tell("uptime", mocks.uptime)
        self.readings.tell("progress", mocks.progress)
        return mocks

    def _departures(self) -> Departures:
        return Departures(
            self.plan,
            self.mocks,
            self.links,
            act=self.doings.act,
            forget=self.doings.forget,
            online=self.delivery.begin_draining,
        )

    def _replying(self, definition: Definition, speech: Speech | None) -> Replying:
        return Replying(
            definition,
            self.mocks,
            self.readings,
            departures=self.departures,
            doings=self.doings,
            send=self.delivery.answer,
            make=answers(definition, self.readings, speech),
            messages=dict(zip(definition.messages, self.outgoing, strict=True)),
        )

    def _incoming(self) -> Incoming:
        return Incoming(
            self.plan,
            self.mocks,
            self.readings,
            departures=self.departures,
            doings=self.doings,
            replying=self.replying,
        )

    def _greet_as_edge_nodes(self) -> None:
        """Let mocks that speak Sparkplug say their births and deaths, and hear commands."""
        edge = self.delivery.edge
        if edge:
            self.incoming.greet, self.incoming.hear = edge.give_birth, edge.hear
            self.departures.greet, self.departures.part = edge.give_birth, edge.part
