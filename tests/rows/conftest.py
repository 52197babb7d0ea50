"""A workspace with its people, the servers that stand behind the console, and a receiver."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from workshop.parts import Bucket

from tests.integration.runs.conftest import receiver  # noqa: F401
from tests.web.conftest import *  # noqa: F403 (fixtures are found by their names)
from tests.web.conftest import _limits_of_its_own, _no_outages, _settings  # noqa: F401
from tests.web.datasets.conftest import nudged  # noqa: F401
from tests.web.platform.conftest import real_redis  # noqa: F401
from tests.web.runs.conftest import *  # noqa: F403
from tests.web.targets.conftest import form  # noqa: F401
from web.platform import storage
from web.runs import actions
from web.runs.leasing import Lease, lease_shards
from web.runs.models import Run


@pytest.fixture
def real_bucket(bucket: Bucket, settings) -> Iterator[None]:
    """Settings that lead to a bucket, with a prefix of this test's own."""
    settings.S3_BUCKET = bucket.name
    settings.S3_REGION = bucket.region
    settings.S3_ENDPOINT_URL = bucket.endpoint
    settings.S3_ACCESS_KEY_ID = bucket.key_id
    settings.S3_SECRET_ACCESS_KEY = bucket.secret
    settings.S3_PREFIX = f"rows-{uuid4()}"
    storage.client_of.cache_clear()
    yield
    storage.client_of.cache_clear()


@pytest.fixture
def stored_run(real_bucket, lot, owner, asked, published) -> Run:
    """A run that was started just now, whose settings lie in the bucket."""
    return actions.start_run(lot, by=owner)


@pytest.fixture
def stored_lease(stored_run) -> Lease:
    """The lease of its only shard."""
    [taken] = lease_shards("tower-1", room=10_000)
    return taken
