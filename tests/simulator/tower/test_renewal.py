"""Passwords and tokens that end: made for each connection, and anew before they do."""

from dataclasses import replace
from itertools import pairwise

import jwt

from simulator.lot import Credentials
from simulator.tower.shard import RENEWED
from simulator.transports.parcel import shown
from tests.simulator.tower.staging import EPOCH, Broker, PaperExchange, Theatre, assignment, play

LIFETIME = 60.0  # s
SECRETS = Credentials(password={"kind": "jwt", "key": "k" * 32, "lifetime": LIFETIME})


def lives(tokens: list[str]) -> list[tuple[int, int]]:
    """From when and until when each token is good, in s since the run's start."""
    timeless = {"verify_signature": False, "verify_exp": False, "verify_iat": False}
    read = [jwt.decode(token, options=timeless) for token in tokens]
    return [(claims["iat"] - int(EPOCH), claims["exp"] - int(EPOCH)) for claims in read]


class Witness(Broker):
    """A broker that notes the password of each connection."""

    def __init__(self) -> None:
        super().__init__()
        self.passwords: dict[int, list[str]] = {}

    def exchange(self, target, *, listener, clock) -> PaperExchange:
        witness = self

        class Noting(PaperExchange):
            def connect(self, row, identity) -> None:
                witness.passwords.setdefault(row, []).append(shown(identity.password))
                super().connect(row, identity)

            def renew(self, row, identity) -> bool:
                witness.passwords[row].append(shown(identity.password))
                return super().renew(row, identity)

        return Noting(self, listener, clock)


def played(**given) -> tuple[Theatre, Witness]:
    """A run of some mocks whose token is good for a minute."""
    theatres: list[Theatre] = []
    witness = Witness()

    async def main() -> None:
        theatres.append(Theatre(witness))
        await theatres[0].run(replace(assignment(duration=130.0, **given), secrets=SECRETS))

    play(main)
    return theatres[0], witness


def test_a_mock_connects_anew_with_a_new_token_before_its_own_ends() -> None:
    theatre, witness = played(count=5)

    assert len(witness.passwords) == 5
    for tokens in witness.passwords.values():
        times = lives(tokens)
        assert len(times) == 3
        for (_, end), (begin, _) in pairwise(times):
            assert end - 0.25 * LIFETIME < begin < end
    connects = [record for record in theatre.records() if record["event"] == "connect"]
    assert [record["reason"] for record in connects].count(RENEWED) == 2 * 5


def test_nothing_is_lost_and_nothing_fails_by_a_new_token() -> None:
    theatre, _ = played(count=5)

    total = theatre.total()
    assert (total.failed, total.losts) == (0, 0)
    assert total.due == total.acknowledged == 5 * 130


def test_a_mock_that_is_off_is_not_connected_to_renew_its_token() -> None:
    """It would be seen by its target while its status says that it is not there."""
    text = """
name: Sensor
id: "s-{index}"
messages: {telemetry: {every: 1s, json: 1}}
statuses:
  awake: {send: [telemetry], go: [{to: asleep, after: 5s}]}
  asleep: {connected: false}
"""
    theatre, _ = played(text=text, count=3)

    events = [record["event"] for record in theatre.records()]
    assert events.count("connect") == 3
