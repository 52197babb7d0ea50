"""The readers of the environment, and settings under several environments."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from web import env
from web.platform import storage
from web.policies import storage_origin

ROOT = Path(__file__).parent.parent.parent.parent
PRODUCTION = {
    "SECRET_KEY": "k" * 30 + "0123456789abcdefghijklmnop",
    "DATABASE_URL": "postgres://u:p@db.example.org:5432/mocklot",
    "REDIS_URL": "rediss://:p@redis.example.org:6380",
    "BUCKETEER_BUCKET_NAME": "bucket",
    "BUCKETEER_AWS_ACCESS_KEY_ID": "id",
    "BUCKETEER_AWS_SECRET_ACCESS_KEY": "secret",
    "BUCKETEER_AWS_REGION": "eu-west-1",
    "SENDGRID_API_KEY": "SG.key",
    "MAIL_FROM": "Mocklot <hello@example.org>",
    "HEROKU_APP_NAME": "mocklot",
}


def in_process(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python code with nothing but these variables."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def settings_of(tmp_path, *names: str, **variables: str) -> dict:
    """Return some settings under an environment; what JSON lacks comes as text."""
    code = (
        "import json; from web import settings as s;"
        f"print(json.dumps({{name: getattr(s, name) for name in {names!r}}}, default=str))"
    )
    done = in_process(code, RUN_DIR=str(tmp_path), **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("No", False), ("1", True), ("", True)]
)
def test_a_truth_value_is_read(monkeypatch, text, value):
    monkeypatch.setenv("HTTPS", text)

    assert env.flag("HTTPS", default=True) is value


def test_a_truth_value_that_is_none_stops_the_start_by_name(monkeypatch):
    monkeypatch.setenv("DEBUG", "maybe")

    with pytest.raises(ImproperlyConfigured, match="DEBUG must be true or false, got 'maybe'"):
        env.flag("DEBUG", default=False)


@pytest.mark.parametrize("text", ["0", "33", "two", "1.5", "-1"])
def test_a_number_outside_of_its_range_stops_the_start_by_name(monkeypatch, text):
    monkeypatch.setenv("WEB_CONCURRENCY", text)

    with pytest.raises(ImproperlyConfigured, match="WEB_CONCURRENCY must be a whole number from 1"):
        env.number("WEB_CONCURRENCY", default=2, least=1, most=32)


def test_a_choice_that_is_none_stops_the_start_by_name(monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "LOUD")

    with pytest.raises(ImproperlyConfigured, match="LOG_LEVEL must be one of INFO, ERROR"):
        env.choice("LOG_LEVEL", default="INFO", allowed=("INFO", "ERROR"))


@pytest.mark.parametrize("text", ["http://:secret@redis", "redis:", "secret"])
def test_an_address_of_another_kind_is_refused_without_repeating_it(monkeypatch, text):
    monkeypatch.setenv("REDIS_URL", text)

    with pytest.raises(ImproperlyConfigured, match="REDIS_URL must be an address") as refused:
        env.url("REDIS_URL", schemes=("redis", "rediss"))

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_CONNECTION_POOL_URL", "FOLLOWER_URL"])
def test_an_address_of_no_database_stops_the_start_by_name_without_repeating_it(name):
    done = in_process("import web.settings", **{name: "mysql://u:a-password@db.example.org/m"})

    assert done.returncode != 0
    assert f"{name} must be an address that begins with postgres" in done.stderr
    assert "a-password" not in done.stderr


def test_the_first_name_that_is_set_wins(monkeypatch):
    monkeypatch.setenv("BUCKETEER_BUCKET_NAME", "theirs")
    assert env.text("S3_BUCKET", "BUCKETEER_BUCKET_NAME") == "theirs"

    monkeypatch.setenv("S3_BUCKET", " ours ")
    assert env.text("S3_BUCKET", "BUCKETEER_BUCKET_NAME") == "ours"


def test_words_are_split_at_commas(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example , ,b.example,")

    assert env.words("ALLOWED_HOSTS") == ["a.example", "b.example"]


def test_settings_need_nothing_and_are_safe_then(tmp_path):
    found = settings_of(
        tmp_path, "DEBUG", "SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "ALLOWED_HOSTS"
    )

    assert found == {
        "DEBUG": False,
        "SESSION_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost"],
    }


def test_a_start_without_a_secret_key_is_refused_by_name(tmp_path):
    served = in_process("import web.wsgi", RUN_DIR=str(tmp_path))
    managed = in_process(
        "import sys; sys.argv = ['manage.py', 'check'];exec(open('manage.py').read())",
        RUN_DIR=str(tmp_path),
    )

    assert "SECRET_KEY is not set" in served.stderr
    assert "SECRET_KEY is not set" in managed.stderr


def test_a_wrong_sealing_key_is_refused_without_repeating_it(tmp_path):
    served = in_process(
        "import web.wsgi", RUN_DIR=str(tmp_path), SECRET_KEY="k", FIELD_ENCRYPTION_KEYS="oops"
    )

    assert "FIELD_ENCRYPTION_KEYS has a wrong key" in served.stderr
    assert "oops" not in served.stderr


def test_sqlite_waits_for_its_lock_from_the_beginning_of_a_transaction(tmp_path):
    database = settings_of(tmp_path, "DATABASES")["DATABASES"]["default"]

    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


def test_the_pooled_address_wins_and_keeps_no_connection(tmp_path):
    pooled = "postgres://u:p@pool.example.org:5433/mocklot"

    database = settings_of(
        tmp_path, "DATABASES", **PRODUCTION, DATABASE_CONNECTION_POOL_URL=pooled
    )["DATABASES"]["default"]

    assert database["HOST"] == "pool.example.org"
    assert database["CONN_MAX_AGE"] == 0
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert database["OPTIONS"] == {
        "sslmode": "require",
        "connect_timeout": 5,
        "tcp_user_timeout": 15_000,
        "keepalives_idle": 5,
        "keepalives_interval": 5,
        "keepalives_count": 2,
    }


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgres://u:p@127.0.0.1:6000/m", "prefer"),
        ("postgres://u:p@db.example.org/m", "require"),
        ("postgres://u:p@db.example.org/m?sslmode=verify-full", "verify-full"),
        ("postgres://%2Ftmp%2Fpg/m", "prefer"),
    ],
)
def test_tls_to_the_database_is_required_beyond_this_machine(tmp_path, url, mode):
    variables = {**PRODUCTION, "DATABASE_URL": url}

    database = settings_of(tmp_path, "DATABASES", **variables)["DATABASES"]["default"]

    assert database["OPTIONS"]["sslmode"] == mode


def test_the_names_of_an_addon_and_of_the_platform_are_enough(tmp_path):
    found = settings_of(
        tmp_path,
        "S3_BUCKET",
        "S3_REGION",
        "STORAGE_ORIGIN",
        "SITE_URL",
        "ALLOWED_HOSTS",
        **PRODUCTION,
    )

    assert found == {
        "S3_BUCKET": "bucket",
        "S3_REGION": "eu-west-1",
        "STORAGE_ORIGIN": "https://bucket.s3.eu-west-1.amazonaws.com",
        "SITE_URL": "https://mocklot.herokuapp.com",
        "ALLOWED_HOSTS": ["mocklot.herokuapp.com"],
    }


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_pages_may_send_files_to_the_very_origin_that_amazons_forms_name(region, settings):
    settings.S3_BUCKET, settings.S3_REGION, settings.S3_ENDPOINT_URL = "bucket", region, ""
    settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY = "key", "secret"
    storage.client_of.cache_clear()
    try:
        form = storage.upload_form("a", content_type="text/csv", most=5)
        link = storage.download_link("a", file_name="a.csv")
    finally:
        storage.client_of.cache_clear()

    assert form.url == f"{storage_origin(bucket='bucket', region=region)}/"
    assert link.startswith(form.url)


def test_the_host_of_the_site_is_answered_to(tmp_path):
    variables = {**PRODUCTION, "SITE_URL": "https://iot.example.org/"}

    found = settings_of(tmp_path, "ALLOWED_HOSTS", "SITE_URL", **variables)

    assert found["ALLOWED_HOSTS"] == ["iot.example.org", "mocklot.herokuapp.com"]
    assert found["SITE_URL"] == "https://iot.example.org"


def test_the_deployment_check_is_clean_under_a_production_environment(tmp_path):
    code = (
        "import sys; sys.argv = ['manage.py', 'check', '--deploy', '--fail-level', 'WARNING'];"
        "exec(open('manage.py').read())"
    )

    done = in_process(code, RUN_DIR=str(tmp_path), **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_static_files_are_collected_without_any_configuration(tmp_path):
    code = (
        "from web import settings; from pathlib import Path;"
        f"settings.STATIC_ROOT = Path({str(tmp_path)!r}) / 'static';"
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'web.settings';"
        "import sys; sys.argv = ['manage.py', 'collectstatic', '--noinput', '-v0'];"
        "exec(open('manage.py').read())"
    )

    done = in_process(code, RUN_DIR=str(tmp_path))

    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "static" / "staticfiles.json").read_text())["paths"]
    console = (tmp_path / "static" / manifest["js/console.js"]).read_text()
    assert Path(manifest["js/menus.js"]).name in console


def test_people_have_contacts_in_their_order(monkeypatch):
    monkeypatch.setenv(
        "OPERATORS", "Anna Tanaka phone:+8190 mail:a@x.yz;; Ben webhook:https://x.yz/a:b ;"
    )

    assert env.people("OPERATORS") == [
        ("Anna Tanaka", [("phone", "+8190"), ("mail", "a@x.yz")]),
        ("Ben", [("webhook", "https://x.yz/a:b")]),
    ]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("Anna", "must name each person with a contact"),
        ("phone:+4930", "must name each person with a contact"),
        ("Anna fax:+4930", "must have contacts of phone, mail, slack, webhook .* got 'fax'"),
        ("Anna phone:", "with an address, got 'phone' for Anna"),
    ],
)
def test_people_who_cannot_be_reached_stop_the_start(monkeypatch, value, why):
    monkeypatch.setenv("OPERATORS", value)

    with pytest.raises(ImproperlyConfigured, match=why) as refused:
        env.people("OPERATORS")
    assert "+4930" not in str(refused.value)
