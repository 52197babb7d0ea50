"""The whole product as processes, for what only shows when its parts fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from workshop import stack
from workshop.supervisor import Supervisor, free_port

from tests.integration.product import Product, start_product


@pytest.fixture(scope="module")
def product(parts_folder: Path) -> Iterator[Product]:
    """A running product with the demo workspace, and a person who is signed in."""
    folder = parts_folder / f"product-{free_port()}"
    folder.mkdir(mode=0o755)
    with Supervisor(logs=folder / "logs") as supervisor:
        receiver_port = free_port()
        supervisor.start(stack.receiver(receiver_port))
        yield start_product(supervisor, folder, receiver_port=receiver_port)
