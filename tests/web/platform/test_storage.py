"""The object store, against a server that checks signatures."""

import io
import urllib.error
import urllib.request
from datetime import timedelta
from uuid import uuid4

import pytest

from web.platform import large_files, removal, signing, storage
from web.platform.models import Removal

pytestmark = pytest.mark.parts("s3")
PATIENT = 120  # s that the store of a busy machine may take for an answer


@pytest.fixture
def store(bucket, settings):
    """Settings that lead to the bucket, with a prefix of this test's own."""
    settings.S3_BUCKET = bucket.name
    settings.S3_REGION = bucket.region
    settings.S3_ENDPOINT_URL = bucket.endpoint
    settings.S3_ACCESS_KEY_ID = bucket.key_id
    settings.S3_SECRET_ACCESS_KEY = bucket.secret
    settings.S3_PREFIX = f"test-{uuid4()}"
    storage.client_of.cache_clear()
    yield settings
    storage.client_of.cache_clear()


def post(form: storage.UploadForm, data: bytes, **changed: str) -> int:
    """Post a file as a browser does; return the status."""
    boundary = uuid4().hex
    fields = {**form.fields, **changed}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    body = "".join([*parts, head]).encode() + data + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(form.url, data=body)
    request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
    return status_of(request)


def status_of(request: urllib.request.Request | str) -> int:
    try:
        with urllib.request.urlopen(request, timeout=PATIENT) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize("hours", [1, -1])
def test_a_machine_whose_date_is_wrong_learns_the_stores(store, monkeypatch, hours):
    monkeypatch.setattr(signing.store_date, "ahead", timedelta(hours=hours))

    storage.put("a/one", b"12345")

    assert storage.get("a/one") == b"12345"
    assert abs(signing.store_date.ahead) < timedelta(minutes=1)


def test_what_is_put_can_be_read(store):
    storage.put("a/one", b"12345", content_type="text/plain")

    assert storage.get("a/one") == b"12345"
    assert storage.get_range("a/one", 1, 3) == b"234"
    assert b"".join(storage.stream("a/one", block=2)) == b"12345"
    stored = storage.head("a/one")
    assert (stored.key, stored.size, stored.content_type) == ("a/one", 5, "text/plain")


def test_a_file_is_put(store):
    storage.put_file("a/file", io.BytesIO(b"x" * 100_000))

    assert storage.head("a/file").size == 100_000


def test_keys_are_listed_without_the_prefix_and_gone_when_deleted(store):
    for key in ("a/1", "a/2", "b/1"):
        storage.put(key, b"x")
    assert list(storage.keys("a/")) == ["a/1", "a/2"]

    storage.delete("a/1")
    storage.delete("a/1")

    assert list(storage.keys("a/")) == ["a/2"]


@pytest.mark.parametrize("read", [storage.get, storage.head, lambda key: list(storage.stream(key))])
def test_an_object_that_is_not_there_is_said_by_its_key(store, read):
    with pytest.raises(storage.ObjectMissing, match="no object 'a/none'"):
        read("a/none")


def test_a_browser_posts_what_the_form_allows(store):
    form = storage.upload_form("up/one", content_type="text/csv", most=10)

    assert post(form, b"a,b\n1,2") in (200, 204)
    assert storage.head("up/one").content_type == "text/csv"


@pytest.mark.parametrize(
    ("data", "changed"),
    [
        (b"12345678901", {}),
        (b"", {}),
        (b"x", {"key": "other"}),
        (b"x", {"Content-Type": "text/html"}),
        (b"x", {"x-amz-signature": "0" * 64}),
    ],
)
def test_a_browser_cannot_post_what_the_form_does_not_allow(store, data, changed):
    form = storage.upload_form("up/two", content_type="text/csv", most=10)

    assert post(form, data, **changed) in (400, 403)
    with pytest.raises(storage.ObjectMissing):
        storage.head("up/two")


def test_a_download_link_names_the_file(store):
    storage.put("down/one", b"x")
    link = storage.download_link("down/one", file_name='Größe "1".csv', content_type="text/csv")

    with urllib.request.urlopen(link, timeout=PATIENT) as answer:
        header = answer.headers["Content-Disposition"]

    assert header == storage.disposition('Größe "1".csv')
    assert "filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22.csv" in header
    assert status_of(link[:-1] + ("0" if link[-1] != "0" else "1")) == 403


@pytest.mark.parametrize("name", ["a\r\nb.csv", 'x"; filename="y', "a\\b%41.csv"])
def test_a_file_name_cannot_break_out_of_its_header(name):
    header = storage.disposition(name)

    assert header.isprintable()
    assert header.count('"') == 2


def test_wrong_keys_are_an_outage_without_the_secret(store):
    store.S3_SECRET_ACCESS_KEY = "wrong-secret"
    storage.client_of.cache_clear()

    with pytest.raises(storage.StorageUnavailable, match="refuses: SignatureDoesNotMatch") as out:
        storage.put("a", b"x")

    assert "wrong-secret" not in str(out.value)


def test_a_store_that_does_not_answer_is_an_outage(store):
    store.S3_ENDPOINT_URL = "http://127.0.0.1:1"
    storage.client_of.cache_clear()

    with pytest.raises(storage.StorageUnavailable, match="does not answer"):
        storage.probe()


def test_a_store_that_is_not_configured_is_an_outage(store):
    store.S3_BUCKET = ""
    storage.client_of.cache_clear()

    with pytest.raises(storage.StorageUnavailable, match="S3_BUCKET is not set"):
        storage.get("a")


def test_the_probe_is_silent_when_the_bucket_is_there(store, monkeypatch):
    monkeypatch.setattr(storage, "PROBE_TIMEOUT", PATIENT)

    storage.probe()


def test_what_is_removed_later_goes_when_its_time_has_come(store, db):
    storage.put("gone/1", b"x")
    storage.put("kept/1", b"x")
    removal.remove_later("gone/", wait=timedelta(minutes=1))

    removal.remove_due()
    assert list(storage.keys("gone/")) == ["gone/1"]
    Removal.objects.update(after="2026-01-01T00:00Z")
    removal.remove_due()

    assert list(storage.keys("")) == ["kept/1"]
    assert not Removal.objects.exists()


@pytest.mark.django_db
def test_parts_that_nobody_put_together_go_with_what_is_removed(store):
    gone = large_files.begin("gone/large", content_type="text/csv")
    kept = large_files.begin("kept/large", content_type="text/csv")
    (part,) = large_files.parts_of("gone/large", gone, size=5)
    put(part.url, b"12345")
    removal.remove_later("gone/", wait=timedelta(0))

    removal.remove_due()

    assert [name for _, name, _ in large_files.unfinished("")] == [kept]
    assert not Removal.objects.exists()


def put(url: str, data: bytes) -> int:
    """Send bytes as a browser sends a part; return the status."""
    return status_of(urllib.request.Request(url, data=data, method="PUT"))


def test_a_large_file_is_sent_in_parts_of_their_very_sizes(store, monkeypatch):
    monkeypatch.setattr(large_files, "PART_BYTES", 5 * 1024 * 1024)
    size = 5 * 1024 * 1024 + 3
    name = large_files.begin("up/large", content_type="text/csv")
    first, last = large_files.parts_of("up/large", name, size=size)

    assert (first.size, last.size) == (5 * 1024 * 1024, 3)
    assert put(first.url, b"x" * first.size) == 200
    assert not large_files.finish("up/large", name, size=size)
    assert put(last.url, b"end") == 200
    assert large_files.finish("up/large", name, size=size)

    assert storage.head("up/large").size == size
    assert storage.head("up/large").content_type == "text/csv"
    assert not large_files.finish("up/large", name, size=size)


def test_the_size_of_a_part_is_signed(store):
    name = large_files.begin("up/x", content_type="text/csv")
    (part,) = large_files.parts_of("up/x", name, size=5)

    assert "content-length" in part.url.lower()


def test_an_upload_in_parts_that_is_given_up_leaves_nothing(store):
    name = large_files.begin("up/x", content_type="text/csv")
    (part,) = large_files.parts_of("up/x", name, size=5)
    put(part.url, b"12345")
    assert [(key, known) for key, known, _ in large_files.unfinished("up/")] == [("up/x", name)]

    large_files.abort("up/x", name)
    large_files.abort("up/x", name)

    assert list(large_files.unfinished("up/")) == []


def test_objects_are_listed_with_when_they_were_written(store):
    storage.put("a/1", b"x")

    ((key, written),) = storage.listed("a/")

    assert (key, written.tzinfo is not None) == ("a/1", True)
