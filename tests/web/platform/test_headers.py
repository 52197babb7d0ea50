"""What every answer tells browsers: on every page, on errors, on JSON and on static files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as configured

from tests.web.test_strangers import CLOSED, OPEN, address, arguments  # noqa: F401 (a fixture)
from web.platform.deadlines import TooLong
from web.platform.middleware import Deadlines

ROOT = Path(__file__).parents[3]
POLICIES = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'",
    "Permissions-Policy": "camera=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
PLAIN = [route for route in OPEN if "<" not in route and not route.startswith("schemas/")]


def lacking(answer) -> dict[str, str]:
    """Return the policies that an answer lacks."""
    return {
        name: answer.headers.get(name, "")
        for name, policy in POLICIES.items()
        if policy not in answer.headers.get(name, "")
    }


def says_its_type(answer) -> bool:
    """Whether an answer with a body says what it is, and a text in which characters."""
    if not answer.streaming and not answer.content:
        return True
    kind = answer.headers.get("Content-Type", "")
    return "charset=utf-8" in kind.lower() if kind.startswith("text/") else "/" in kind


@pytest.mark.parametrize("route", CLOSED)
def test_every_page_of_a_workspace_has_them_and_is_in_no_cache(
    route,
    arguments,  # noqa: F811
    owner,
    client_of,
    object_store,
) -> None:
    answer = client_of(owner).get(address(route, arguments), secure=True)

    assert lacking(answer) == {}
    assert answer.headers.get("Cache-Control")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000;")
    assert says_its_type(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("route", PLAIN)
def test_every_page_outside_has_them(route, client):
    answer = client.get(f"/{route}", secure=True)

    assert lacking(answer) == {}
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000;")
    assert says_its_type(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere/", "/static/css/base.css", "/static/js/passkeys.js"])
def test_errors_and_static_files_have_them(client, path):
    answer = client.get(path)
    answer.close()

    assert set(lacking(answer)) <= {"X-Frame-Options"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_have_them_too(client, path):
    answer = client.get(path, secure=True)

    assert lacking(answer) == {}
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000;")


def test_who_is_refused_without_tls_and_who_waited_too_long_have_them(client, settings, rf):
    settings.SECURE_SSL_REDIRECT = True

    def late(_request):
        raise TooLong

    assert lacking(client.get("/api/v1/workspace")) == {}
    assert lacking(Deadlines(late)(rf.get("/"))) == {}


def test_schemas_may_be_read_from_elsewhere(client):
    answer = client.get("/schemas/definition.json")

    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.django_db
def test_over_tls_browsers_come_by_tls_only(client):
    answer = client.get("/", secure=True)

    assert answer.headers["Strict-Transport-Security"] == (
        "max-age=31536000; includeSubDomains; preload"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/workspace", "/hooks/mail/events/", "/hirefire"])
def test_programs_without_tls_are_refused_and_not_led_on(client, settings, path):
    settings.SECURE_SSL_REDIRECT = True

    plain, by_tls = client.get(path), client.get(path, secure=True)

    assert (plain.status_code, plain.headers["Content-Type"]) == (403, "application/problem+json")
    assert "in the clear" in plain.json()["detail"]
    assert by_tls.status_code != 403


@pytest.mark.django_db
def test_people_without_tls_are_led_to_it(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/sign-in/").url == "https://testserver/sign-in/"


@pytest.mark.django_db
def test_cookies_are_for_this_host_over_tls_and_no_script(client, owner):
    client.post("/theme/", {"theme": "dark"}, secure=True)
    client.get("/sign-in/", secure=True)

    for name, cookie in client.cookies.items():
        assert name.startswith("__Host-")
        assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
        assert not cookie["domain"]
        assert cookie["samesite"] == "Lax"
    assert {configured.CSRF_COOKIE_NAME, configured.THEME_COOKIE_NAME} <= set(client.cookies)


def managed(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py as a dyno of a review app would."""
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFGH",
        "DATABASE_URL": "postgres://u:p@db.example.org:5432/mocklot",
        "S3_BUCKET": "bucket",
        "SENDGRID_API_KEY": "SG.key",
        "MAIL_FROM": "Mocklot <hello@example.org>",
        "HEROKU_APP_NAME": "mocklot-pr-7",
        **variables,
    }
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_djangos_own_check_of_a_deployment_is_content(tmp_path):
    done = managed("check", "--deploy", "--fail-level", "WARNING", RUN_DIR=str(tmp_path))

    assert (done.returncode, done.stderr) == (0, "")


def test_a_review_app_answers_to_its_own_host_alone(tmp_path):
    code = "from django.conf import settings as s; print(s.ALLOWED_HOSTS, s.CSRF_TRUSTED_ORIGINS)"

    done = managed("shell", "--no-imports", "-c", code, RUN_DIR=str(tmp_path))

    assert done.stdout.strip() == (
        "['mocklot-pr-7.herokuapp.com'] ['https://mocklot-pr-7.herokuapp.com']"
    )
