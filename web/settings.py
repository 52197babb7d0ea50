"""Django's settings, split by concern and never by environment; docs/configuration.md lists them.

Importing this module needs no database, no Redis and no secret, because ``collectstatic`` runs at
build time, before there are any. What a process cannot do without is held by the system checks of
``web.platform.checks``.
"""

import base64
import hashlib
import secrets
from pathlib import Path
from typing import Any

from web import env, policies, ticks
from web.databases import database_of, follower_of
from web.platform.logfmt import logging_at

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What this process is ---------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
# False only where no TLS ends in front of us: bin/demo on http://127.0.0.1.
HTTPS = env.flag("HTTPS", default=not DEBUG)
DYNO = env.text("DYNO", default="local")
# Processes of the console in a dyno, and threads of each: requests that it answers at once.
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", default=2, least=1, most=32)
WEB_THREADS = env.number("WEB_THREADS", default=5, least=1, most=64)
RUN_DIR = Path(env.text("RUN_DIR", default=str(BASE_DIR / ".run")))
# s that a request may take; the platform's router gives up after 30 s, and tells nobody why.
REQUEST_LIMIT = env.number("REQUEST_LIMIT", default=10, least=1, most=25)

# --- Secrets ----------------------------------------------------------------------------------

HAS_SECRET_KEY = bool(env.text("SECRET_KEY"))
# Without the variable the key lives as long as the process: good for a build and for tests. The
# system check platform.E001 refuses to serve or to migrate with it.
SECRET_KEY = env.text("SECRET_KEY", default=secrets.token_urlsafe(48))


def field_encryption_keys() -> list[str]:
    """Return Fernet keys, the first of which seals; made from SECRET_KEY when none is named."""
    if keys := env.words("FIELD_ENCRYPTION_KEYS"):
        return keys
    digest = hashlib.sha256(b"mocklot.field-encryption:" + SECRET_KEY.encode()).digest()
    return [base64.urlsafe_b64encode(digest).decode()]


FIELD_ENCRYPTION_KEYS = field_encryption_keys()

# --- Addresses --------------------------------------------------------------------------------

HEROKU_APP_NAME = env.text("HEROKU_APP_NAME")
HEROKU_DOMAIN = env.text(
    "HEROKU_APP_DEFAULT_DOMAIN_NAME",
    default=f"{HEROKU_APP_NAME}.herokuapp.com" if HEROKU_APP_NAME else "",
)
# The platform numbers the pull request of a review app, and of no other.
IS_REVIEW_APP = bool(env.text("HEROKU_PR_NUMBER"))
# Buckets, and databases as "host/name", that a review app must not be led to.
PRODUCTION_RESOURCES = env.words("PRODUCTION_RESOURCES")
GIVEN_URL = env.url("SITE_URL", schemes=("https", "http"))

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or policies.answered_hosts(
    GIVEN_URL, HEROKU_DOMAIN, has_tls=HTTPS
)
# What links in mails begin with, without a slash at its end.
SITE_URL = GIVEN_URL or f"{'https' if HTTPS else 'http'}://{ALLOWED_HOSTS[0].lstrip('.*')}"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# Routers in front of us that append to X-Forwarded-For what they saw; the rest of it is hearsay.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=1 if HTTPS else 0, least=0, most=10)

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "web.accounts",
    "web.definitions",
    "web.datasets",
    "web.targets",
    "web.lots",
    "web.runs",
    "web.logs",
    "web.reports",
    "web.drains",
    "web.mail",
    "web.alerts",
    "web.schedules",
    "web.audit",
    "web.factors",
    "web.keys",
    "web.api",
    "web.scaling",
    "web.usage",
    "web.status",
    "web.platform",
]
MIDDLEWARE = [
    "web.platform.middleware.request_id",
    "web.scaling.middleware.queue_time",
    "web.platform.middleware.Deadlines",
    "web.platform.middleware.health_probes",
    "web.platform.plain.programs_by_tls",
    "django.middleware.security.SecurityMiddleware",
    "web.platform.middleware.security_headers",
    "web.platform.static.StaticFiles",
    "web.status.middleware.without_session",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.audit.middleware.origin",
    "web.accounts.middleware.visits",
    "web.platform.limiting.Limits",
    "web.accounts.middleware.time_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "web.platform.middleware.wrong_methods",
]
ROOT_URLCONF = "web.urls"
WSGI_APPLICATION = "web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.accounts.context.workspace",
                "web.platform.context.console",
                "web.status.context.incidents",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Accounts ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "landing"
LOGOUT_REDIRECT_URL = "landing"
VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": f"{VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": f"{VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{VALIDATION}.NumericPasswordValidator"},
    {"NAME": "web.accounts.passwords.WordsOfOurs"},
]
PASSWORD_RESET_TIMEOUT = 4 * 60 * 60  # s
# How often somebody may sign in, upload, search: web.platform.limiting and web.accounts.guard.
RATE_LIMITS = env.flag("RATE_LIMITS", default=HTTPS)
AUDIT_KEEP_DAYS = env.number("AUDIT_KEEP_DAYS", default=400, least=30, most=3_650)

# --- Database ---------------------------------------------------------------------------------

# The pooled address exists from Heroku's standard plans on; the release phase unsets it.
DATABASE_KINDS = ("postgres", "postgresql", "sqlite")
POOL_URL = env.url("DATABASE_CONNECTION_POOL_URL", schemes=DATABASE_KINDS)
DATABASE_URL = POOL_URL or env.url("DATABASE_URL", schemes=DATABASE_KINDS)
DATABASES = {
    "default": database_of(DATABASE_URL, is_pooled=bool(POOL_URL), run_dir=RUN_DIR),
}
# A copy of it that may be some seconds behind: web.platform.follower says who asks it, and when.
FOLLOWER_URL = env.url("FOLLOWER_DATABASE_URL", "FOLLOWER_URL", schemes=DATABASE_KINDS)
FOLLOWER_LAG = env.number("FOLLOWER_LAG", default=10, least=1, most=300)  # s
if FOLLOWER_URL:
    DATABASES["follower"] = follower_of(FOLLOWER_URL, run_dir=RUN_DIR)
DATABASE_ROUTERS = ["web.platform.follower.Router"]

# s that one statement may take: of a request (which may have less left), and of jobs and the clock.
STATEMENT_LIMIT = env.number("STATEMENT_LIMIT", default=8, least=1, most=25)
JOB_STATEMENT_LIMIT = env.number("JOB_STATEMENT_LIMIT", default=300, least=1, most=3_600)
SLOW_QUERY = env.number("SLOW_QUERY", default=500, least=0, most=60_000)  # ms; 0: none is logged
# Connections that the database's plan allows; 0: not known, and not held.
DATABASE_CONNECTIONS = env.number("DATABASE_CONNECTIONS", default=0, least=0, most=10_000)
# Dynos of each process, at most: "web=2, worker=5"; what is not named is there once.
FORMATION = env.words("FORMATION")

# --- Redis and queues -------------------------------------------------------------------------

REDIS_URL = env.url(
    "REDIS_URL", schemes=("redis", "rediss", "unix"), default="redis://127.0.0.1:6379/0"
)
REDIS_TIMEOUT = 2.0  # s, for connecting and for each answer; redis-py waits 5 s otherwise
REDIS_RETRIES = 1  # redis-py retries a dead server for 4.6 s otherwise
QUEUES = ("towers", "reports", "mail", "drains", "notices")
# What jobs of a queue need, imported once by its worker and not by each job: the engine takes 0.4 s
# of CPU, which mocks that move to a new tower would wait for.
PRELOADED = {"towers": ("web.runs.shift",)}

# --- Clock ------------------------------------------------------------------------------------

CLOCK_TICKS = ticks.CLOCK_TICKS
WHEN_CLOCK_IS_SILENT = ticks.WHEN_CLOCK_IS_SILENT

# --- Logs -------------------------------------------------------------------------------------

# Dotted names of functions that say up to where others have read a shard (its row's id): (lease,
# number) of chunks. Small chunks on both sides of such a place are not merged into one.
CHUNK_PLACES = ["web.drains.waiting.places"]

# --- Object store -----------------------------------------------------------------------------

S3_BUCKET = env.text("S3_BUCKET", "BUCKETEER_BUCKET_NAME")
S3_ACCESS_KEY_ID = env.text("AWS_ACCESS_KEY_ID", "BUCKETEER_AWS_ACCESS_KEY_ID")
S3_SECRET_ACCESS_KEY = env.text("AWS_SECRET_ACCESS_KEY", "BUCKETEER_AWS_SECRET_ACCESS_KEY")
S3_REGION = env.text("S3_REGION", "AWS_REGION", "BUCKETEER_AWS_REGION", default="us-east-1")
S3_ENDPOINT_URL = env.url("S3_ENDPOINT_URL", schemes=("https", "http"))
# A review app keeps what it has apart, so that all of it can be found when the app goes.
S3_PREFIX = env.text("S3_PREFIX", default=HEROKU_APP_NAME if IS_REVIEW_APP else "").strip("/")
# A second bucket, best in another account, that manage.py copy_objects copies everything to.
BACKUP_BUCKET = env.text("BACKUP_BUCKET")
BACKUP_ACCESS_KEY_ID = env.text("BACKUP_ACCESS_KEY_ID")
BACKUP_SECRET_ACCESS_KEY = env.text("BACKUP_SECRET_ACCESS_KEY")
BACKUP_REGION = env.text("BACKUP_REGION", default="us-east-1")
BACKUP_ENDPOINT_URL = env.url("BACKUP_ENDPOINT_URL", schemes=("https", "http"))
# Days that a copy outlives its object: at least as many as database backups are kept.
BACKUP_KEEP_DAYS = env.number("BACKUP_KEEP_DAYS", default=14, least=1, most=365)
S3_CONNECT_TIMEOUT = 3  # s
S3_READ_TIMEOUT = 20  # s
S3_ATTEMPTS = 3
STORAGE_ORIGIN = policies.storage_origin(
    bucket=S3_BUCKET, region=S3_REGION, endpoint=S3_ENDPOINT_URL
)

# --- Mail -------------------------------------------------------------------------------------

SENDGRID_API_KEY = env.text("SENDGRID_API_KEY")
SENDGRID_API_URL = env.url(
    "SENDGRID_API_URL", schemes=("https", "http"), default="https://api.sendgrid.com"
)
# Public keys that sign what the mail service tells of mails; several while they are changed.
SENDGRID_WEBHOOK_KEYS = env.words("SENDGRID_WEBHOOK_KEYS")
# Mail to any address of this domain is posted to hooks/mail/incoming/<the secret>/.
MAIL_INBOUND_DOMAIN = env.text("MAIL_INBOUND_DOMAIN").lower()
MAIL_INBOUND_SECRET = env.text("MAIL_INBOUND_SECRET")
# Public keys that sign the mails that come in; where there are none the secret alone is asked for.
MAIL_INBOUND_KEYS = env.words("MAIL_INBOUND_KEYS")
# What takes a letter to an address of ours: by the first part of a thread, or of the address.
MAIL_BOXES = {"report": "web.reports.standing.letters.take"}
MAIL_FROM = env.text("MAIL_FROM", default="Mocklot <no-reply@localhost>")
MAIL_DIR = Path(env.text("MAIL_DIR", default=str(RUN_DIR / "mail")))
MAIL_TIMEOUT = 10  # s, for one call of the mail service

# Mails in a month that the mail service's plan has; 0: not known, and not watched.
MAIL_QUOTA = env.number("MAIL_QUOTA", default=0, least=0, most=100_000_000)

# --- Notices, and who is rung about the service itself ----------------------------------------

SLACK_API_URL = env.url("SLACK_API_URL", schemes=("https", "http"), default="https://slack.com/api")
TWILIO_API_URL = env.url(
    "TWILIO_API_URL", schemes=("https", "http"), default="https://api.twilio.com"
)
# "Anna phone:+819012345678 mail:anna@example.org; Ben mail:ben@example.org", in order.
OPERATORS = env.people("OPERATORS")
OPERATOR_ATTEMPTS = env.number("OPERATOR_ATTEMPTS", default=5, least=1, most=20)
OPERATOR_WAIT = env.number("OPERATOR_WAIT", default=60, least=30, most=3_600)  # s
OPERATOR_SLACK_TOKEN = env.text("OPERATOR_SLACK_TOKEN")
OPERATOR_SLACK_SIGNING_SECRET = env.text("OPERATOR_SLACK_SIGNING_SECRET")
OPERATOR_TWILIO_SID = env.text("OPERATOR_TWILIO_SID")
OPERATOR_TWILIO_TOKEN = env.text("OPERATOR_TWILIO_TOKEN")
OPERATOR_TWILIO_NUMBER = env.text("OPERATOR_TWILIO_NUMBER")
OPERATOR_WEBHOOK_SECRET = env.text("OPERATOR_WEBHOOK_SECRET")
# https://status.heroku.com/api/v4/current-status; empty: nobody asks.
PLATFORM_STATUS_URL = env.url("PLATFORM_STATUS_URL", schemes=("https", "http"))
# A check at a service that rings when the clock does not ask for it any more; empty: none.
DEADMAN_URL = env.url("DEADMAN_URL", schemes=("https", "http"))

# --- Scaling: how many dynos there are ---------------------------------------------------------

# off: nobody looks; advise: it says what it would do; on: it does it.
SCALER = env.choice("SCALER", default="off", allowed=("off", "advise", "on"))
SCALER_APP = env.text("SCALER_APP", "HEROKU_APP_NAME")
SCALER_TOKEN = env.text("SCALER_TOKEN")
PLATFORM_API_URL = env.url(
    "PLATFORM_API_URL", schemes=("https", "http"), default="https://api.heroku.com"
)
# (fewest, most) dynos of each process that is scaled.
SCALER_RANGES = {
    "worker": (
        env.number("SCALER_WORKER_LEAST", default=1, least=0, most=100),
        env.number("SCALER_WORKER_MOST", default=10, least=1, most=100),
    ),
    "web": (
        env.number("SCALER_WEB_LEAST", default=1, least=1, most=100),
        env.number("SCALER_WEB_MOST", default=4, least=1, most=100),
    ),
}
# For workers and consoles together, by the table of prices; 0: no ceiling.
SCALER_HOURLY_CEILING = env.number("SCALER_HOURLY_CEILING", default=0, least=0, most=10_000)
SCALER_MONTHLY_CEILING = env.number("SCALER_MONTHLY_CEILING", default=0, least=0, most=1_000_000)
# For those who leave scaling to an add-on: what it asks us with, and where we tell it.
HIREFIRE_TOKEN = env.text("HIREFIRE_TOKEN")
JUDOSCALE_URL = env.url("JUDOSCALE_URL", schemes=("https", "http"))

# --- What it costs ------------------------------------------------------------------------------

# Of all amounts in the table of prices; the first prices are US dollars, and hold for these alone.
PRICE_CURRENCY = env.choice(
    "PRICE_CURRENCY", default="USD", allowed=("USD", "EUR", "GBP", "JPY", "CHF")
)

# --- Where customers may let connections go ----------------------------------------------------

# Networks, addresses and names beside public hosts: "10.0.0.0/8, broker.internal, *.plant.example";
# "*" is everything but a cloud's metadata. What stands here needs no proof of whose it is.
ALLOWED_TARGETS = env.words("ALLOWED_TARGETS")
# Name servers that names of customers are asked at; empty: the system's.
NAME_SERVERS = env.words("NAME_SERVERS")
# What gives the hosts that operators closed; without it nobody asks.
CLOSED_HOSTS = "web.targets.ownership.access.closed"
# Where people write to who get what they did not ask for; shown on /abuse, and told to targets.
ABUSE_ADDRESS = env.text("ABUSE_ADDRESS")

# --- Maps -------------------------------------------------------------------------------------

# "https://tiles.example.org/{z}/{x}/{y}.png"; without it maps show the outline of the land.
MAP_TILES_URL = env.url("MAP_TILES_URL", schemes=("https", "http"))
MAP_TILES_ATTRIBUTION = env.text("MAP_TILES_ATTRIBUTION")

# --- Language, time, static files -------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is missing
STATICFILES_DIRS = [BASE_DIR / "web" / "static"]
HAS_COLLECTED = (STATIC_ROOT / "staticfiles.json").is_file()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "web.platform.static.HashedStaticFiles"},
}
# Before collectstatic has run (tests, development) the files are served from where they lie.
WHITENOISE_USE_FINDERS = not HAS_COLLECTED
WHITENOISE_AUTOREFRESH = DEBUG

# --- Security ---------------------------------------------------------------------------------

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
# "__Host-": browsers take such a cookie only over TLS, for this host alone, and for all its paths.
HOST_COOKIE = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{HOST_COOKIE}session"
CSRF_COOKIE_NAME = f"{HOST_COOKIE}csrf"
DEVICE_COOKIE_NAME = f"{HOST_COOKIE}device"
THEME_COOKIE_NAME = f"{HOST_COOKIE}theme"
DISMISSED_COOKIE_NAME = f"{HOST_COOKIE}dismissed"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60  # s
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "web.platform.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes; files go straight to the object store
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
CONTENT_SECURITY_POLICY = policies.content_security_policy(
    uploads=STORAGE_ORIGIN, tiles=MAP_TILES_URL
)
POLICIES = policies.other_policies(has_tiles=bool(MAP_TILES_URL))

# --- Metrics of towers, told beside the console: 0 and empty are nowhere -----------------------

METRICS_PORT = env.number("METRICS_PORT", default=0, least=0, most=65_535)
METRICS_ADDRESS = env.text("METRICS_ADDRESS", default="127.0.0.1")
METRICS_OTLP_URL = env.url("METRICS_OTLP_URL", schemes=("http", "https"))

# --- Logging ----------------------------------------------------------------------------------

LOG_LEVEL = env.choice(
    "LOG_LEVEL", default="INFO", allowed=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
)
LOGGING = logging_at(LOG_LEVEL)
