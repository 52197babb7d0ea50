"""What a process is held to at its start, beside connections and what keeps review apps apart."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.checks import run_checks

from web.mail import checks as mail
from web.platform import checks as platform
from web.platform.checks import START
from web.scaling import checks as scaling


def public_key(curve: ec.EllipticCurve) -> str:
    key = ec.generate_private_key(curve).public_key()
    return base64.b64encode(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()


def ids(found) -> list[str]:
    return [problem.id for problem in found]


def test_each_of_them_is_asked_when_a_process_starts(settings):
    settings.SCALER_RANGES = {"worker": (9, 2)}
    settings.MAIL_FROM = "Mocklot"

    assert {"scaling.E001", "mail.E002"} <= set(ids(run_checks(tags=[START])))


@pytest.mark.parametrize(
    ("given", "made", "https", "found"),
    [
        ("", "https://127.0.0.1", True, ["platform.W004"]),
        ("", "https://mocklot-0123.herokuapp.com", True, []),
        ("https://127.0.0.1:8443", "", True, []),
        ("", "http://127.0.0.1:8000", False, []),
    ],
)
def test_an_app_whose_address_nobody_knows_is_told(settings, given, made, https, found):
    settings.GIVEN_URL, settings.SITE_URL, settings.HTTPS = given, given or made, https

    assert ids(platform.address()) == found


@pytest.mark.parametrize(("least", "most", "count"), [(1, 10, 0), (3, 3, 0), (20, 10, 1)])
def test_limits_that_no_number_keeps_stop_the_start(settings, least, most, count):
    settings.SCALER_RANGES = {"worker": (least, most), "web": (1, 4)}

    found = scaling.limits()

    assert len(found) == count
    assert all("SCALER_WORKER_LEAST is 20, and SCALER_WORKER_MOST 10" in each.msg for each in found)


@pytest.mark.parametrize(
    ("scaler", "token", "found"),
    [("off", "", []), ("advise", "", ["scaling.W001"]), ("on", "", ["scaling.W001"]),
     ("on", "a-token", [])],
)  # fmt: skip
def test_a_scaler_without_a_way_to_the_platform_is_told(settings, scaler, token, found):
    settings.SCALER, settings.SCALER_APP, settings.SCALER_TOKEN = scaler, "mocklot", token

    assert ids(scaling.way_to_the_platform()) == found


@pytest.mark.parametrize(
    ("scaler", "url", "found"),
    [
        ("on", "", []),
        ("advise", "https://j.example", []),
        ("on", "https://j.example", ["scaling.W002"]),
    ],
)
def test_two_who_scale_the_same_dynos_are_told(settings, scaler, url, found):
    settings.SCALER, settings.HIREFIRE_TOKEN, settings.JUDOSCALE_URL = scaler, "", url

    assert ids(scaling.one_scaler()) == found


@pytest.mark.parametrize("name", ["SENDGRID_WEBHOOK_KEYS", "MAIL_INBOUND_KEYS"])
@pytest.mark.parametrize("wrong", ["no-key", "AAAA", public_key(ec.SECP384R1())])
def test_a_key_that_signs_nothing_stops_the_start_and_is_not_repeated(settings, name, wrong):
    settings.SENDGRID_WEBHOOK_KEYS = settings.MAIL_INBOUND_KEYS = [public_key(ec.SECP256R1())]
    assert mail.keys() == []
    setattr(settings, name, [wrong])

    (problem,) = mail.keys()

    assert problem.is_serious()
    assert name in problem.msg
    assert wrong not in problem.msg


@pytest.mark.parametrize(
    ("sender", "found"),
    [
        ("Mocklot <hello@example.org>", []),
        ("hello@example.org", []),
        ("Mocklot", ["mail.E002"]),
        ("", ["mail.E002"]),
    ],
)
def test_a_sender_without_an_address_stops_the_start(settings, sender, found):
    settings.MAIL_FROM = sender

    assert ids(mail.sender()) == found


@pytest.mark.parametrize(
    ("domain", "secret", "found"),
    [("", "", []), ("reply.example.org", "a-secret", []), ("reply.example.org", "", ["mail.W001"])],
)
def test_addresses_of_which_all_mail_is_refused_are_told(settings, domain, secret, found):
    settings.MAIL_INBOUND_DOMAIN, settings.MAIL_INBOUND_SECRET = domain, secret

    assert ids(mail.answers()) == found
