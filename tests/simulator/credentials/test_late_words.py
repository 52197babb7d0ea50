"""What of a target's texts is filled in for a mock, and what is left for its connection."""

import numpy as np
import pytest

from simulator.credentials import Papers
from simulator.errors import DefinitionError
from simulator.lot import Credentials, Target, target_of


def papers(**target: object) -> Papers:
    numbers = np.arange(2)
    return Papers(
        _target(**target),
        Credentials(),
        numbers=numbers,
        fixed={"id": np.array(["m-0", "m-1"], dtype=object), "index": numbers},
        clock=lambda: 0.0,
    )


def _target(**target: object) -> Target:
    return target_of({"host": "h", "port": 1, **target})


@pytest.mark.parametrize("protocol", ["coap", "websocket"])
def test_a_secret_in_a_path_is_left_for_the_connection(protocol: str) -> None:
    made = papers(protocol=protocol, path="/{id}/{token}")

    assert made.path(1) == "/m-1/{token}"


def test_a_path_with_a_secret_alone_is_that_of_the_target() -> None:
    assert papers(protocol="coap", path="/{token}").path(0) is None


def test_another_unknown_placeholder_is_refused() -> None:
    with pytest.raises(DefinitionError, match=r"unknown placeholder \{tokn\}"):
        papers(protocol="coap", path="/{tokn}")


def test_a_preamble_is_filled_in_and_keeps_other_brackets() -> None:
    made = papers(protocol="tcp", preamble='{"id": "{id}", "key": "{token}"}')

    assert made.preamble(1) == '{"id": "m-1", "key": "{token}"}'
    assert papers(protocol="tcp", preamble="hello").preamble(0) is None
