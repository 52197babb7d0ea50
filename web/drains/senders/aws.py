"""Clients of Amazon's services with a workspace's own keys, and their errors in words.

Rule: keys are always the workspace's; nothing here ever falls back to those of this process.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)

import simulator
from web.drains.senders.base import Failing
from web.platform import reach
from web.platform.destinations import address_of, resolved
from web.platform.hosts import AddressError

CONNECT_WITHIN = 5  # s
ANSWER_WITHIN = 20  # s
ATTEMPTS = 2  # of a request that was throttled or failed, with the library's own pauses and jitter
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")  # eu-central-1, us-gov-west-1
# What people can do something about; other codes are told as they are.
WORDS = {
    "AccessDenied": "refuses: the key may not do this. See the policy that a drain needs",
    "AccessDeniedException": "refuses: the key may not do this. See the policy that a drain needs",
    "InvalidAccessKeyId": "does not know the access key",
    "UnrecognizedClientException": "does not know the access key, or its secret is wrong",
    "InvalidClientTokenId": "does not know the access key",
    "SignatureDoesNotMatch": "says that the secret of the access key is wrong",
    "InvalidSignatureException": "says that the secret of the access key is wrong",
    "ExpiredToken": "says that the access key has expired",
    "NoSuchBucket": "has no such bucket",
    "PermanentRedirect": "has this bucket in another region",
    "AuthorizationHeaderMalformed": "has this bucket in another region",
    "SlowDown": "asks us to slow down",
    "ThrottlingException": "asks us to slow down",
    "ProvisionedThroughputExceededException": "is over the limit of its shards. Give it more",
    "LimitExceededException": "asks us to slow down",
    "RequestTimeTooSkewed": "says that our clock is wrong",
}


def client_of(service: str, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> Any:
    """Return a client of ``s3``, ``kinesis`` or ``logs``.

    Raises:
        Failing: The key is not whole, or the endpoint leads to where nothing may be sent.
    """
    if not (settings.get("key_id") and secrets.get("secret_key")):
        # Without them the library would look for those of this process.
        raise Failing("The access key or its secret is missing.")
    is_other = bool(settings.get("endpoint"))
    if is_other:
        hold_endpoint(settings["endpoint"])
    made = session().client(
        service,
        region_name=settings["region"],
        endpoint_url=settings["endpoint"] or None,
        aws_access_key_id=settings["key_id"],
        aws_secret_access_key=secrets["secret_key"],
        config=Config(
            signature_version="s3v4" if service == "s3" else "v4",
            s3={"addressing_style": "path" if is_other else "virtual"},
            connect_timeout=CONNECT_WITHIN,
            read_timeout=ANSWER_WITHIN,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            proxies=simulator.NO_PROXIES,
        ),
    )
    return simulator.hold_client(made, reach.gate())


@cache
def session() -> Any:
    """Return what makes clients; it remembers the services' descriptions, and knows no key."""
    return boto3.session.Session()


def hold_endpoint(endpoint: str) -> None:
    """Hold an endpoint's address, and what its name leads to now, against what is allowed.

    Raises:
        Failing: It is not, or there is no such name.
    """
    try:
        address = address_of(endpoint)
        resolved(address.host, address.port)
    except AddressError as error:
        raise Failing(str(error)) from error
    except OSError as error:
        raise Failing(f"There is no host {address.host}.") from error


@contextmanager
def told(service: str, more: Mapping[str, str] | None = None) -> Iterator[None]:
    """Turn the library's errors into sentences; ``more`` has codes that mean something here.

    Raises:
        Failing: In the place of any of them.
    """
    try:
        yield
    except BotoCoreError as error:
        if forbidden := simulator.forbidden_of(error):
            raise Failing(f"{service}: {forbidden}.") from error
        raise _failing(service, error) from error
    except ClientError as error:
        raise Failing(words_of(service, error, more or {})) from error


def _failing(service: str, error: BotoCoreError) -> Failing:
    """Return what is told of an error that is none of the service's own."""
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return Failing(f"{service} did not answer in time.")
    if isinstance(error, EndpointConnectionError | SSLError):
        return Failing(f"{service} cannot be reached at its endpoint.")
    return Failing(f"{service} failed: {type(error).__name__}.")


def words_of(service: str, error: ClientError, more: Mapping[str, str]) -> str:
    """Return a sentence for a refusal."""
    code = code_of(error)
    known = {**WORDS, **more}.get(code)
    return f"{service} {known}." if known else f"{service} refuses: {code}."


def code_of(error: ClientError) -> str:
    """Return the code of a refusal, as its service calls it."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))
