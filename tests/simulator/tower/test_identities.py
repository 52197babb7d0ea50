"""Who mocks are towards the target."""

import pytest

from simulator.errors import DefinitionError
from simulator.lot import Credentials, Target, Will
from simulator.tower.build import build_fleet
from simulator.tower.identities import identities
from tests.simulator.tower.staging import assignment, lot


def identity_of(row: int, *, client_id: str = "{id}", will: Will | None = None, **secrets: str):
    target = Target(protocol="mqtt", host="h", port=1, client_id=client_id, will=will)
    given = assignment(lot=lot(count=20, target=target), first=10, count=10)
    make = identities(build_fleet(given), first=10, target=target, secrets=Credentials(**secrets))
    return make(row)


def test_client_id_and_user_name_take_the_mocks_own_id_and_number() -> None:
    found = identity_of(2, client_id="dev-{id}", username="u{index:04d}", password="p")

    assert (found.client_id, found.username, found.password) == ("dev-s-12", "u0012", "p")


def test_each_mock_leaves_its_own_will() -> None:
    found = identity_of(2, will=Will(topic="status/{id}", payload='{"online": false}', retain=True))

    assert found.will == Will(topic="status/s-12", payload='{"online": false}', retain=True)
    assert identity_of(2).will is None


def test_an_unknown_placeholder_is_refused_by_name() -> None:
    with pytest.raises(DefinitionError, match=r"target.client_id: unknown placeholder \{site\}"):
        identity_of(0, client_id="{site}")
    with pytest.raises(DefinitionError, match=r"target.will.topic: unknown placeholder \{site\}"):
        identity_of(0, will=Will(topic="{site}/gone"))


def test_a_part_that_the_lot_does_not_have_is_refused() -> None:
    given = assignment()
    object.__setattr__(given, "part", 3)

    with pytest.raises(DefinitionError, match="part must be from 0 to 0, got 3"):
        build_fleet(given)
