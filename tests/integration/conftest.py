"""The whole product as processes, for what only shows when its parts fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from workshop import stack
from workshop.supervisor import Supervisor, free_port

from tests.chaos.stage import Stage, start_stage
from tests.integration.product import Product, start_product
from tests.integration.trouble import SIZE, Trouble


@pytest.fixture(scope="session")
def product(parts_folder: Path) -> Iterator[Product]:
    """A running product with the demo workspace, and a person who is signed in."""
    folder = parts_folder / f"product-{free_port()}"
    folder.mkdir(mode=0o755)
    with Supervisor(logs=folder / "logs") as supervisor:
        receiver_port = free_port()
        supervisor.start(stack.receiver(receiver_port))
        yield start_product(supervisor, folder, receiver_port=receiver_port)


@pytest.fixture(scope="session")
def stage(parts_folder: Path) -> Iterator[Stage]:
    """A running product with a fault proxy before each part, and two workers."""
    folder = parts_folder / f"stage-{free_port()}"
    folder.mkdir(mode=0o755)
    with Supervisor(logs=folder / "logs") as supervisor:
        stage = start_stage(supervisor, folder, SIZE)
        try:
            yield stage
        finally:
            stage.close()


@pytest.fixture
def trouble(stage: Stage) -> Iterator[Trouble]:
    """A run whose mocks all send; a test that goes well has settled it in the end."""
    one = Trouble(stage)
    try:
        one.begin()
        yield one
    finally:
        one.close()
