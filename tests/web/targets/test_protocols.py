import pytest

import simulator
from simulator.lot.targets import AnyTarget
from web.targets.actions import document
from web.targets.models import Target
from web.targets.protocols import PROTOCOLS


def spoken() -> set[str]:
    kinds = AnyTarget.__args__[0].__args__
    return {kind.model_fields["protocol"].default for kind in kinds}


def test_the_console_knows_every_protocol_of_the_simulator_and_no_other():
    assert set(PROTOCOLS) == spoken()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_target_of_each_protocol_is_what_the_simulator_takes(protocol):
    target = Target(name="x", protocol=protocol, host="h.example", port=1)

    assert simulator.target_of(document(target)).protocol == protocol
