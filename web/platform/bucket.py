"""Whether the bucket is as the product needs it: what it does is tried, what it says is asked.

Rule: each check is bounded, stands alone, and ends as a line: ok, wrong, or not known, with how to
mend it. What is tried lies below ``check/`` and is removed.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from web.platform import large_files, storage

TIMEOUT = 10  # s, of one request
NAME = "Größe 1.csv"
DAYS = 2  # after which parts that nobody put together should go
UNTOLD = frozenset({"NotImplemented", "MethodNotAllowed", "AccessDenied", "NotSupported"})
METHODS = ("POST", "PUT", "GET")


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one check. ``is_ok`` None: not known; ``mend`` says what to do then."""

    name: str
    is_ok: bool | None
    words: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the store answered over HTTP."""

    status: int
    headers: dict[str, str]  # names in lower case


def check() -> Iterator[Line]:
    """Yield a line for each check; after one that everything rests on has failed, no more."""
    first = attempt("bucket", reachable)
    yield first
    if not first.is_ok:
        return
    for name, call in CHECKS.items():
        yield attempt(name, call)


def attempt(name: str, call: Callable[[], Line]) -> Line:
    """Return what a check says; what the store refuses or cannot do is a line as well."""
    try:
        return call()
    except (storage.StorageUnavailable, storage.ObjectMissing) as wrong:
        return Line(name, False, str(wrong), mend_of(wrong))
    except ClientError as refused:
        code = refused.response.get("Error", {}).get("Code", "unknown")
        if code in UNTOLD:
            return Line(name, None, f"the store does not tell ({code})", LOOK)
        return Line(name, False, f"the store refuses: {code}", "See that the key may do it.")
    except (BotoCoreError, OSError) as down:
        return Line(name, None, f"no answer: {type(down).__name__}", "Try again.")


def mend_of(wrong: Exception) -> str:
    """Return what to do about what the store, or the way to it, refused."""
    if not settings.S3_BUCKET:
        return "Set S3_BUCKET, or add Bucketeer; docs/configuration.md has the rest."
    cause = wrong.__cause__
    if isinstance(cause, BotoCoreError | OSError):
        return "See that S3_ENDPOINT_URL and S3_REGION lead to the store, and that it is up."
    code = cause.response.get("Error", {}).get("Code", "") if isinstance(cause, ClientError) else ""
    return MENDS.get(code, "See that the key may get, put, delete and list.")


# By the store's own words; source: Amazon S3, Error responses, List of error codes.
MENDS = {
    "NoSuchBucket": "Make the bucket, or set S3_BUCKET to one that there is.",
    "PermanentRedirect": "Set S3_REGION to the bucket's own region.",
    "AuthorizationHeaderMalformed": "Set S3_REGION to the bucket's own region.",
    "InvalidAccessKeyId": "Set AWS_ACCESS_KEY_ID to a key that the store knows.",
    "SignatureDoesNotMatch": "Set AWS_SECRET_ACCESS_KEY to the secret of AWS_ACCESS_KEY_ID.",
}
LOOK = "Look in the store's console, or ask with a key that may."


def reachable() -> Line:
    """Ask whether the bucket is there and takes, gives back and removes an object of ours."""
    key = probe_key()
    storage.put(key, b"12345", content_type="text/plain")
    try:
        is_same = storage.get(key) == b"12345"
    finally:
        storage.delete(key)
    where = f"{settings.S3_BUCKET} at {settings.S3_ENDPOINT_URL or 'Amazon'}"
    return Line("bucket", is_same, f"{where} takes, gives back and removes an object")


def signature() -> Line:
    """See that links are signed with version 4, and that the store checks it."""
    with probe() as key:
        link = storage.download_link(key, file_name=NAME)
        version = parse_qs(urlsplit(link).query).get("X-Amz-Algorithm", ["version 2"])[0]
        end = "0" if link[-1] != "0" else "1"
        good, forged = ask(link).status, ask(link[:-1] + end).status
    words = f"{version}; a right link gives {good}, a forged one {forged}"
    is_ok = version == "AWS4-HMAC-SHA256" and good == 200 and forged == 403
    return Line("signature", is_ok, words, "Set S3_REGION to the bucket's own region.")


def download() -> Line:
    """See that a link names the file, also with letters beyond ASCII."""
    with probe() as key:
        said = ask(storage.download_link(key, file_name=NAME)).headers
    header = said.get("content-disposition", "")
    is_ok = header == storage.disposition(NAME)
    words = f"Content-Disposition: {header or 'none'}"
    return Line("download", is_ok, words, "The store ignores response-content-disposition.")


def upload() -> Line:
    """See that a browser's form is taken as its policy says, and not otherwise."""
    key = probe_key()
    form = storage.upload_form(key, content_type="text/csv", most=5)
    try:
        good, large = post(form, b"12345"), post(form, b"123456")
    finally:
        storage.delete(key)
    words = f"5 of at most 5 bytes give {good}, 6 give {large}"
    is_ok = good in (200, 201, 204) and large in (400, 403)
    return Line("upload", is_ok, words, "The store does not hold the policy of a presigned POST.")


def parts() -> Line:
    """See that a large file can be sent in parts."""
    key = probe_key()
    name = large_files.begin(key, content_type="text/csv")
    try:
        (part,) = large_files.parts_of(key, name, size=5)
        sent = ask(part.url, method="PUT", data=b"12345").status
        is_whole = large_files.finish(key, name, size=5)
    finally:
        large_files.abort(key, name)
        storage.delete(key)
    words = f"a part gives {sent}, and they are {'' if is_whole else 'not '}put together"
    return Line("parts", sent == 200 and is_whole, words, "The key must be allowed to do it.")


def cors() -> Line:
    """Ask as a browser on our pages does whether it may send files."""
    origin = settings.SITE_URL
    form = storage.upload_form(probe_key(), content_type="text/csv", most=5)
    refused = [method for method in METHODS if not may_send(form.url, method, origin)]
    words = (
        f"{origin} may {', '.join(each for each in METHODS if each not in refused) or 'nothing'}"
    )
    return Line("cors", not refused, words, f"Set this rule: {json.dumps(rule_for(origin))}")


def may_send(url: str, method: str, origin: str) -> bool:
    """Return whether the store lets a page of an origin use a method."""
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    answer = ask(url, method="OPTIONS", headers=headers)
    allowed = answer.headers.get("access-control-allow-origin", "")
    methods = answer.headers.get("access-control-allow-methods", "")
    return answer.status < 300 and allowed in ("*", origin) and method in methods.replace(" ", "")


def rule_for(origin: str) -> dict[str, Any]:
    """Return the CORS rule that the product needs."""
    return {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["POST", "PUT", "GET", "HEAD"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }


def pages() -> Line:
    """See that our own pages' content policy lets a browser send files where forms lead."""
    url = storage.upload_form(probe_key(), content_type="text/csv", most=5).url
    parts = urlsplit(url)
    origin, allowed = f"{parts.scheme}://{parts.netloc}", settings.STORAGE_ORIGIN
    words = f"files go to {origin}, and pages may send to {allowed}"
    mend = "Set S3_ENDPOINT_URL to the store's own address, or take a bucket without dots."
    return Line("pages", origin == allowed, words, mend)


def lifecycle() -> Line:
    """See that parts which nobody puts together go by themselves, and that objects do not."""
    mend = f"Add a rule: AbortIncompleteMultipartUpload after {DAYS} days, for the whole bucket."
    try:
        said = storage.client().get_bucket_lifecycle_configuration(Bucket=settings.S3_BUCKET)
        rules: list[Any] = [each for each in said.get("Rules", []) if each["Status"] == "Enabled"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchLifecycleConfiguration":
            raise
        rules = []
    ours = [rule for rule in rules if reaches_us(rule)]
    if spoils := [rule.get("ID", "?") for rule in ours if spoils_objects(rule)]:
        words = f"the rule {spoils[0]} removes objects that the product still needs, or locks them"
        mend = "Take its Expiration, and moves to Glacier, away: retention is ours."
        return Line("lifecycle", False, words, mend)
    is_ok = any("AbortIncompleteMultipartUpload" in rule for rule in ours)
    return Line("lifecycle", is_ok, f"{len(ours)} rules are about our objects", mend)


FROZEN = frozenset({"GLACIER", "DEEP_ARCHIVE"})  # classes of which nothing can be read at once


def spoils_objects(rule: dict[str, Any]) -> bool:
    """Return whether a lifecycle rule removes objects, or moves them to where none can be read."""
    ends = rule.get("Expiration", {})
    moves = {move.get("StorageClass") for move in rule.get("Transitions", [])}
    return bool({"Days", "Date"} & set(ends)) or bool(moves & FROZEN)


def reaches_us(rule: dict[str, Any]) -> bool:
    """Return whether a lifecycle rule is about objects of ours."""
    where = rule.get("Filter") or {}
    prefix = where.get("Prefix", rule.get("Prefix", "")) or where.get("And", {}).get("Prefix", "")
    own = storage.full_key("")
    return str(own).startswith(prefix) or str(prefix).startswith(own)


def encryption() -> Line:
    """See that what lies there is encrypted by itself."""
    mend = "Set default encryption: SSE-S3 (AES256) or SSE-KMS."
    try:
        said = storage.client().get_bucket_encryption(Bucket=settings.S3_BUCKET)
        rules = said["ServerSideEncryptionConfiguration"]["Rules"]
        kind = rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
    except ClientError as error:
        missing = "ServerSideEncryptionConfigurationNotFoundError"
        if error.response.get("Error", {}).get("Code") != missing:
            raise
        return Line("encryption", False, "none by default", mend)
    except (KeyError, IndexError):
        return Line("encryption", False, "none by default", mend)
    return Line("encryption", True, f"{kind} by default")


def public() -> Line:
    """See that nobody reads or lists anything without a signature."""
    with probe() as key:
        link = storage.download_link(key, file_name=NAME).partition("?")[0]
        read = ask(link).status
        bucket = link.removesuffix(storage.full_key(key))
        listed = ask(f"{bucket}?list-type=2").status
    words = f"without a signature reading gives {read}, listing {listed}"
    mend = "Take public policies and ACLs away, and block public access."
    return Line("public access", read in (401, 403, 404) and listed in (401, 403, 404), words, mend)


def block() -> Line:
    """See that nobody can make it public by mistake."""
    mend = "Switch on all four settings of “Block public access”."
    try:
        said = storage.client().get_public_access_block(Bucket=settings.S3_BUCKET)
        facts: dict[str, Any] = dict(said["PublicAccessBlockConfiguration"])
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchPublicAccessBlockConfiguration":
            raise
        facts = {}
    on = sum(bool(value) for value in facts.values())
    return Line("public block", on == len(FOUR), f"{on} of {len(FOUR)} settings are on", mend)


FOUR = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
CHECKS: dict[str, Callable[[], Line]] = {
    "signature": signature,
    "download": download,
    "upload": upload,
    "parts": parts,
    "cors": cors,
    "pages": pages,
    "lifecycle": lifecycle,
    "encryption": encryption,
    "public access": public,
    "public block": block,
}


def probe_key() -> str:
    """Return a key that nobody else has."""
    return f"check/{uuid4()}"


class probe:  # noqa: N801 (reads as a statement: with probe() as key)
    """An object that is there for as long as the block."""

    def __enter__(self) -> str:
        self._key = probe_key()
        storage.put(self._key, b"12345", content_type="text/csv")
        return self._key

    def __exit__(self, *_: object) -> None:
        storage.delete(self._key)


def ask(
    url: str,
    *,
    method: str = "GET",
    data: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Return what the store answers, whatever the status. Raises OSError: it does not."""
    made = urllib.request.Request(url, data=data, method=method, headers=headers or {})  # noqa: S310
    try:
        with urllib.request.urlopen(made, timeout=TIMEOUT) as answer:  # noqa: S310
            return Answer(answer.status, _lower(answer.headers.items()))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _lower(error.headers.items()))


def post(form: storage.UploadForm, data: bytes) -> int:
    """Post a file as a browser does; return the status."""
    mark = uuid4().hex
    pieces = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    body = "".join([*pieces, head]).encode() + data + f"\r\n--{mark}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    return ask(form.url, method="POST", data=body, headers=kind).status


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}
