"""Review apps: what they begin with, what they take away, and what they must not touch."""

import io

import pytest
from django.core.management import CommandError, call_command

from web.accounts.models import User, Workspace
from web.lots.models import Lot
from web.platform import checks, large_files, storage
from web.platform.demo.review import MOCKS, seed


def called(name: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_review_app_begins_with_a_lot_that_can_be_started():
    told = called("seed_review", "--host", "127.0.0.1", "--port", "1883")

    lot = Lot.objects.get()
    assert lot.get_absolute_url() in told
    assert [part.count for part in lot.parts.all()] == [MOCKS]
    assert (lot.target.host, lot.target.port) == ("127.0.0.1", 1883)
    assert User.objects.get().check_password(told.split("password ")[1].strip().rstrip("."))


@pytest.mark.django_db
def test_seeding_twice_changes_nothing_and_tells_no_password_again():
    first = seed(host="127.0.0.1", port=1883)

    second = seed(host="127.0.0.1", port=1883)

    assert (second.lot, second.password) == (first.lot, "")
    assert Workspace.objects.count() == Lot.objects.count() == 1


@pytest.fixture
def review_app(bucket, settings):
    settings.IS_REVIEW_APP = True
    settings.S3_BUCKET, settings.S3_REGION = bucket.name, bucket.region
    settings.S3_ENDPOINT_URL = bucket.endpoint
    settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY = bucket.key_id, bucket.secret
    settings.S3_PREFIX = "mocklot-pr-7"
    storage.client_of.cache_clear()
    yield settings
    storage.client_of.cache_clear()


@pytest.mark.parts("s3")
def test_a_review_app_that_goes_takes_its_own_objects_alone(review_app):
    review_app.S3_PREFIX = "mocklot-pr-8"
    storage.put("workspaces/1/a", b"another's")
    review_app.S3_PREFIX = "mocklot-pr-7"
    storage.put("workspaces/1/a", b"its own")
    storage.put("workspaces/2/b", b"its own")
    large_files.begin("workspaces/2/large", content_type="text/csv")

    told = called("remove_objects")

    assert told == "2 objects were removed.\n"
    assert list(storage.keys("")) == list(large_files.unfinished("")) == []
    review_app.S3_PREFIX = "mocklot-pr-8"
    assert list(storage.keys("")) == ["workspaces/1/a"]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("IS_REVIEW_APP", False, "no review app"),
        ("S3_PREFIX", "", "S3_PREFIX is empty"),
    ],
)
def test_objects_are_removed_nowhere_else(settings, name, value, text):
    settings.IS_REVIEW_APP, settings.S3_PREFIX = True, "mocklot-pr-7"
    setattr(settings, name, value)

    with pytest.raises(CommandError, match=text):
        called("remove_objects")


@pytest.fixture
def led(settings):
    settings.IS_REVIEW_APP = True
    settings.S3_BUCKET = "mocklot-review"
    settings.DATABASE_URL = "postgres://a:b@db-1.example:5432/d7h3k"
    settings.PRODUCTION_RESOURCES = ["mocklot-production", "DB-9.example/d7h3k"]
    return settings


def test_a_review_app_with_its_own_parts_starts(led):
    assert checks.separation() == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"S3_BUCKET": "mocklot-production"}, "mocklot-production"),
        ({"DATABASE_URL": "postgres://a:b@db-9.example:6000/d7h3k"}, "db-9.example/d7h3k"),
    ],
)
def test_a_review_app_that_is_led_to_production_does_not_start(led, changes, name):
    for setting, value in changes.items():
        setattr(led, setting, value)

    (problem,) = checks.separation()

    assert problem.is_serious()
    assert problem.msg == f"a review app must not use production's {name}"


def test_production_itself_uses_what_is_its_own(led):
    led.IS_REVIEW_APP, led.S3_BUCKET = False, "mocklot-production"

    assert checks.separation() == []


def test_a_review_app_that_does_not_know_production_says_so(led):
    led.PRODUCTION_RESOURCES = []

    (problem,) = checks.separation()

    assert problem.id == "platform.W002"
    assert not problem.is_serious()
