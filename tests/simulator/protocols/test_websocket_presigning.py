"""Signatures of AWS in a query, by the test suite that AWS publishes and its guide's example.

Source: awslabs/aws-c-auth, tests/aws-signing-test-suite/v4, the files query-signed-request.txt;
Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters".
"""

from urllib.parse import parse_qsl, urlsplit

import pytest

from simulator.errors import DefinitionError
from simulator.protocols.websocket.presigning import Signing, presigned, region_of

SUITE = Signing(
    access_key="AKIDEXAMPLE",
    secret_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    region="us-east-1",
    service="service",
    expires=3_600,
)
SUITE_TIME = 1_440_938_160.0  # 2015-08-30T12:36:00Z
SESSION = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def signature(url: str) -> str:
    return dict(parse_qsl(urlsplit(url).query))["X-Amz-Signature"]


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        (
            "/?Param2=value2&Param1=value1",  # get-vanilla-query-order-key-case
            "86012e2c9ad4d77369f5d81c11f75158aae4f895a085212cc6d3f923d300bed5",
        ),
        (
            f"/{UNRESERVED}",  # get-unreserved
            "95968482db1b9e0fadef6efc1bd24689f77c77d9ef56919c96a28cc92e0d6005",
        ),
        (
            f"/?{UNRESERVED}={UNRESERVED}",  # get-vanilla-query-unreserved
            "8e76a88a7433637b12778d5592799b29ad21ecd6cf6325051c21d86f0acda2bf",
        ),
        (
            f"/?X-Amz-Security-Token={SESSION}",  # get-vanilla-with-session-token
            "7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c",
        ),
    ],
)
def test_the_signature_is_that_of_the_published_suite(target: str, wanted: str) -> None:
    url = presigned(target, SUITE, host="example.amazonaws.com", now=SUITE_TIME)

    assert signature(url) == wanted


def test_the_whole_query_is_that_of_the_guide() -> None:
    signing = Signing(
        access_key="AKIAIOSFODNN7EXAMPLE",
        secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region="us-east-1",
        service="s3",
        expires=86_400,
    )
    host = "examplebucket.s3.amazonaws.com"

    url = presigned(
        "/test.txt", signing, host=host, now=1_369_353_600.0, payload="UNSIGNED-PAYLOAD"
    )

    assert url == (
        "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


def test_the_token_of_a_session_stands_behind_the_signature_and_is_not_signed() -> None:
    session = Signing(
        access_key=SUITE.access_key,
        secret_key=SUITE.secret_key,
        token="a/b+c=",
        region=SUITE.region,
        service=SUITE.service,
        expires=SUITE.expires,
    )

    alone = presigned("/mqtt", SUITE, host="h", now=SUITE_TIME)

    assert presigned("/mqtt", session, host="h", now=SUITE_TIME) == (
        f"{alone}&X-Amz-Security-Token=a%2Fb%2Bc%3D"
    )


def test_no_key_is_shown() -> None:
    assert SUITE.secret_key not in repr(SUITE)


def test_the_region_stands_in_the_name_of_an_endpoint() -> None:
    assert region_of("a1b2-ats.iot.eu-central-1.amazonaws.com") == "eu-central-1"
    assert region_of("a1b2.ats.iot.cn-north-1.amazonaws.com.cn") == "cn-north-1"


@pytest.mark.parametrize("host", ["iot.example.com", "eu-central-1.example.com", "amazonaws.com"])
def test_a_host_without_a_region_needs_one(host: str) -> None:
    with pytest.raises(DefinitionError, match=f"is needed: the host {host} does not name it"):
        region_of(host)
