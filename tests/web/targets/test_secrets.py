"""Passwords, tokens and keys in the form of a target: they go in, and never come out."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.urls import reverse

from tests.web.datasets.conftest import nudged  # noqa: F401  # a fixture
from tests.web.targets.test_credentials import table  # noqa: F401  # a fixture
from web.targets import actions
from web.targets.models import Target

HMAC = {
    "password_made": "hmac",
    "password-hmac-key": "sesame",
    "password-hmac-key_encoding": "text",
    "password-hmac-hash": "sha512",
    "password-hmac-message": "{id}{now}",
    "password-hmac-output": "base64",
}
JWT = {
    "password_made": "jwt",
    "password-jwt-algorithm": "ES256",
    "password-jwt-key_encoding": "text",
    "password-jwt-audience": "lab",
    "password-jwt-claims": "level: 3\nis_new: true\nsite: {site}\n",
    "password-jwt-lifetime": "600",
}
SAS = {
    "password_made": "sas",
    "password-sas-key": "c2VzYW1l",
    "password-sas-resource": "{host}/devices/{id}",
    "password-sas-lifetime": "600",
}


def pem_pair():
    """Return a certificate that is good for a day, and its private key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mock")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


@pytest.fixture
def editor(client_of, teammate):
    return client_of(teammate)


@pytest.fixture
def save(editor, workspace, form):
    """Return a function that posts the form, of a new target or of the stored one."""

    def saved(**changes):
        stored = Target.objects.filter(workspace=workspace).first()
        page, more = ("edit", [stored.code]) if stored else ("create", [])
        address = reverse(f"targets:{page}", args=[workspace.code, *more])
        answer = editor.post(address, form(**changes), follow=True)
        return answer.content.decode().replace("&#x27;", "'")

    return saved


@pytest.fixture
def edit_page(editor, workspace):
    def shown():
        address = reverse("targets:edit", args=[workspace.code, Target.objects.get().code])
        return editor.get(address).content.decode()

    return shown


def known():
    """Return the secrets that the one target shows."""
    return actions.credentials(actions.lot_target(Target.objects.get()).secrets)


def test_a_password_that_is_hashed_is_made_kept_and_shown_without_its_key(save, edit_page):
    page = save(**HMAC)
    edit = edit_page()
    save(**HMAC | {"password-hmac-key": "", "password-hmac-hash": "sha1"})

    made = known().password
    assert (made.kind, made.key, made.hash, made.output) == ("hmac", "sesame", "sha1", "base64")
    assert "sha512" in page
    assert "{id}{now}" in page + edit
    assert "sesame" not in page + edit


def test_a_token_of_the_web_takes_its_key_from_the_table_where_none_is_said(save, edit_page):
    page = save(**JWT)

    made = known().password
    assert (made.key, made.audience, made.lifetime) == ("{key}", "lab", 600)
    assert made.claims == {"level": 3, "is_new": True, "site": "{site}"}
    assert "{key}, of the credential table" in page
    assert "is_new: true" in edit_page()


def test_a_made_password_takes_the_place_of_a_plain_one_and_goes_again(save, target):
    save(**SAS)
    signed, plain = known().password, Target.objects.get().sealed_password
    save(password="swordfish")

    assert (signed.kind, signed.lifetime, plain) == ("sas", 600, "")
    assert known().password == "swordfish"


def test_a_text_with_placeholders_is_a_secret_itself(save, edit_page):
    page = save(**{"password_made": "text", "password-text-text": "{id}-sesame"})

    assert known().password.text == "{id}-sesame"
    assert "sesame" not in page + edit_page()


def test_a_token_is_made_too(save):
    save(protocol="http", **{name.replace("password", "token"): each for name, each in SAS.items()})

    assert known().token.kind == "sas"


def test_only_the_kind_that_is_chosen_is_held_against_its_rules(save):
    page = save(**JWT | {"password-jwt-claims": "level", "password-hmac-hash": "crc"})

    assert page.count('class="field-errors"') == 2  # at the choice and at the claims


def test_a_user_name_can_be_a_secret(save, edit_page):
    page = save(username="A1_TOKEN", hides_username="on")
    edit = edit_page()
    save(hides_username="on")

    assert known().username == "A1_TOKEN"
    assert Target.objects.get().username == ""
    assert "A1_TOKEN" not in page + edit
    save(username="van")
    assert known().username == "van"


def test_one_certificate_for_all_is_kept_with_its_key(save, edit_page):
    certificate, key = pem_pair()

    page = save(has_tls="on", certificate=certificate, private_key=key)
    edit = edit_page()
    save(has_tls="on", certificate=certificate)

    assert known().certificate == certificate.strip()
    assert known().key == key.strip()
    assert "one for all" in page
    assert "PRIVATE KEY" not in page + edit
    save(has_tls="on")
    assert (known().certificate, known().key) == ("", "")


def test_the_keys_of_a_protocol_are_kept_and_forgotten(save, edit_page):
    page = save(
        protocol="http",
        hmac_key="sesame-1",
        client_secret="sesame-2",
        observer_username="watch",
        observer_password="sesame-3",
    )
    edit = edit_page()
    save(protocol="http", clear_hmac_key="on", observer_username="watch")

    found = known()
    assert (found.hmac_key, found.client_secret) == ("", "sesame-2")
    assert (found.observer_username, found.observer_password) == ("watch", "sesame-3")
    assert "sesame" not in page + edit


def test_a_table_is_chosen_and_shown_with_its_columns(save, table, edit_page):  # noqa: F811
    page = save(table=str(table.pk), dealing="key", match="serial")

    target = Target.objects.get()
    assert (target.table, target.dealing, target.match) == (table, "key", "serial")
    assert "users.csv" in page
    assert "<code>password</code>" in page
    assert "by key: the row" in page
    assert f'<option value="{table.pk}" selected>' in edit_page()


@pytest.mark.usefixtures("table")
def test_a_table_of_others_cannot_be_chosen(save, table, stranger):  # noqa: F811
    table.workspace = stranger.memberships.get().workspace
    table.save()

    assert "Select a valid choice" in save(table=str(table.pk))
    assert not Target.objects.exists()


def test_version_session_and_websocket_have_fields(save):
    save(version="5", session_expiry="600", has_websocket="on", clean_start=None, port="")

    target = Target.objects.get()
    made = actions.lot_target(target)
    assert (made.version, made.session_expiry, made.clean_start) == ("5", 600, False)
    assert (made.websocket.path, target.port) == ("/mqtt", 80)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (HMAC | {"password-hmac-key": "sesame{"}, "A bracket opens no placeholder."),
        (HMAC | {"password-hmac-message": "{id"}, "without"),
        (HMAC | {"password-hmac-hash": "crc"}, "not one of the available choices"),
        (JWT | {"password-jwt-claims": "level"}, "Line 1: write it as"),
        (JWT | {"password-jwt-claims": "iat: 7"}, "the claim iat has a field of its own"),
        (JWT | {"password-jwt-lifetime": "1"}, "greater than or equal to 10"),
        (HMAC | {"password-hmac-key_encoding": "hex"}, "Must be written in hex, it is not."),
        (SAS | {"password-sas-key": "sesame!"}, "Must be written in base64, it is not."),
        (JWT | {"password-jwt-key": "sesame"}, "ES256 needs a private key in PEM"),
        ({"password_made": "text"}, "This field is required."),
        ({"password_made": "smile"}, "not one of the available choices"),
        ({"certificate": "-----BEGIN"}, "no PEM certificate"),
        ({"private_key": "sesame"}, "The key needs its certificate."),
        ({"certificate": pem_pair()[0]}, "The certificate needs its private key."),
        (
            {"certificate": pem_pair()[0], "private_key": pem_pair()[1]},
            "It is not the certificate's own.",
        ),
        ({"hmac_key": "sesame", "clear_hmac_key": "on"}, "Either a new key"),
        ({"username": "sesame{", "hides_username": "on"}, "A bracket opens no placeholder."),
        ({"session_expiry": "60"}, "MQTT 3.1.1 has none"),
        ({"version": "4"}, "not one of the available choices"),
        ({"options": "version: '5'"}, "version: is not said here, it has a field of its own."),
        ({"options": "clean_start: false"}, "it has a field of its own."),
        ({"websocket_path": "/a b"}, "holds no blanks"),
    ],
)
def test_bad_input_gets_its_sentence_and_shows_no_secret(save, changes, text):
    page = save(**changes)

    assert text in page
    assert "sesame" not in page
    assert not Target.objects.exists()
