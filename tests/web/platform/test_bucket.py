"""``manage.py check_bucket`` against a store that checks signatures, set up rightly and wrongly."""

import io
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from web.platform import bucket, storage

pytestmark = pytest.mark.parts("s3")
ORIGIN = "https://mocklot.example.org"
RULE = {
    "ID": "parts",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
}
BLOCK = dict.fromkeys(bucket.FOUR, True)


@pytest.fixture
def own(bucket, settings, monkeypatch):
    """A bucket of the test's own, set up as the product needs it; returns a client of its owner."""
    client = bucket.client()
    name = f"check-{uuid4().hex[:12]}"
    client.create_bucket(Bucket=name)
    settings.S3_BUCKET = name
    settings.S3_REGION = bucket.region
    settings.S3_ENDPOINT_URL = settings.STORAGE_ORIGIN = bucket.endpoint
    settings.S3_ACCESS_KEY_ID = bucket.key_id
    settings.S3_SECRET_ACCESS_KEY = bucket.secret
    settings.S3_PREFIX = ""
    settings.SITE_URL = ORIGIN
    monkeypatch.setattr("web.platform.bucket.TIMEOUT", 120)  # s; the store's machine may be busy
    storage.client_of.cache_clear()
    client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [rule()]})
    client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [RULE]})
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    client.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption)
    client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=BLOCK)
    yield client, name
    storage.client_of.cache_clear()


def rule(**changed) -> dict:
    return {
        "AllowedOrigins": [ORIGIN],
        "AllowedMethods": ["POST", "PUT", "GET", "HEAD"],
        "AllowedHeaders": ["*"],
    } | changed


def lines() -> dict[str, bucket.Line]:
    return {line.name: line for line in bucket.check()}


def test_of_a_bucket_that_is_right_every_line_is_ok(own):
    out = io.StringIO()
    call_command("check_bucket", stdout=out)

    said = out.getvalue().splitlines()
    assert [line.split(":")[0] for line in said] == [
        f"ok    {name}" for name in ("bucket", *bucket.CHECKS)
    ]
    assert list(storage.keys("check/")) == []


def test_an_origin_that_may_not_upload_is_told_with_the_rule_to_set(own):
    client, name = own
    other = [rule(AllowedOrigins=["https://other.example"])]
    client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": other})

    line = lines()["cors"]

    assert line.is_ok is False
    assert ORIGIN in line.mend


def test_a_bucket_without_its_settings_is_told_with_how_to_mend_it(own):
    client, name = own
    client.delete_bucket_lifecycle(Bucket=name)
    client.delete_bucket_encryption(Bucket=name)
    client.delete_public_access_block(Bucket=name)
    out = io.StringIO()

    with pytest.raises(CommandError, match="of these are wrong"):
        call_command("check_bucket", stdout=out)

    found = lines()
    for wrong in ("lifecycle", "public block"):
        assert (found[wrong].is_ok, bool(found[wrong].mend)) == (False, True)
    assert "WRONG lifecycle" in out.getvalue()


def test_a_rule_that_removes_our_objects_is_wrong(own):
    client, name = own
    expiring = RULE | {"ID": "tidy", "Expiration": {"Days": 30}}
    client.put_bucket_lifecycle_configuration(
        Bucket=name, LifecycleConfiguration={"Rules": [expiring]}
    )

    line = lines()["lifecycle"]

    assert (line.is_ok, "tidy" in line.words) == (False, True)


@pytest.mark.parametrize(
    ("prefix", "ours", "reaches"),
    [("", "", True), ("a/", "", True), ("", "a", True), ("a/", "a", True), ("b/", "a", False)],
)
def test_a_rule_is_about_us_where_its_prefix_and_ours_meet(settings, prefix, ours, reaches):
    settings.S3_PREFIX = ours

    assert bucket.reaches_us({"Filter": {"Prefix": prefix}}) == reaches


def test_wrong_keys_end_it_at_the_first_line(own, settings):
    settings.S3_SECRET_ACCESS_KEY = "wrong"
    storage.client_of.cache_clear()

    (line,) = bucket.check()

    assert (line.name, line.is_ok) == ("bucket", False)
    assert "wrong" not in line.words.replace("WRONG", "")
    assert line.mend == bucket.MENDS["SignatureDoesNotMatch"]


def test_a_store_that_does_not_answer_is_told(settings, own):
    settings.S3_ENDPOINT_URL = "http://127.0.0.1:1"
    storage.client_of.cache_clear()

    (line,) = bucket.check()

    assert line.is_ok is False
    assert "S3_ENDPOINT_URL" in line.mend


def test_a_bucket_that_is_not_there_and_none_at_all_are_told_apart(settings, own):
    settings.S3_BUCKET = "nobody-made-this-one"
    (absent,) = bucket.check()
    settings.S3_BUCKET = ""
    storage.client_of.cache_clear()
    (unset,) = bucket.check()

    assert absent.mend == bucket.MENDS["NoSuchBucket"]
    assert "Set S3_BUCKET, or add Bucketeer" in unset.mend


def test_pages_that_may_not_send_where_files_go_are_told(settings, own):
    settings.STORAGE_ORIGIN = "https://elsewhere.example"

    line = lines()["pages"]

    assert (line.is_ok, settings.S3_ENDPOINT_URL in line.words) == (False, True)


@pytest.mark.parametrize(
    ("changed", "spoils"),
    [
        ({}, False),
        ({"Expiration": {"Days": 30}}, True),
        ({"Expiration": {"ExpiredObjectDeleteMarker": True}}, False),
        ({"Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]}, False),
        ({"Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}, True),
    ],
)
def test_a_rule_spoils_objects_that_it_removes_or_freezes(changed, spoils):
    assert bucket.spoils_objects(RULE | changed) == spoils
