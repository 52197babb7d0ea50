"""What a process cannot do without, held when it starts; a build is not held to it."""

from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from web.databases import LOCAL_HOSTS
from web.platform import budget, reach

BARE_HOST = "localhost"
START = "start"  # tag of what a process is held to at its start; the rest is the tests' to hold


@register(START)
def secret_key(**_: Any) -> list[CheckMessage]:
    """Refuse to start with a key that nobody set: sessions and seals would end with the process."""
    if settings.HAS_SECRET_KEY or settings.DEBUG:
        return []
    hint = "Set it to 50 random characters or more, the same for all processes."
    return [Error("SECRET_KEY is not set", hint=hint, id="platform.E001")]


@register(START)
def field_encryption_keys(**_: Any) -> list[CheckMessage]:
    """Refuse keys that seal nothing. The text does not repeat them."""
    try:
        for key in settings.FIELD_ENCRYPTION_KEYS:
            Fernet(key)
    except ValueError:
        hint = "Each is 32 bytes in URL-safe base64: Fernet.generate_key() makes one."
        return [Error("FIELD_ENCRYPTION_KEYS has a wrong key", hint=hint, id="platform.E002")]
    return []


@register(START)
def separation(**_: Any) -> list[CheckMessage]:
    """Refuse a review app that was led to a bucket or a database of production."""
    if not settings.IS_REVIEW_APP:
        return []
    if not settings.PRODUCTION_RESOURCES:
        hint = "Name them in the pipeline's config vars for review apps."
        told = "PRODUCTION_RESOURCES is not set: nothing keeps this review app from production"
        return [Warning(told, hint=hint, id="platform.W002")]
    forbidden = {name.lower() for name in settings.PRODUCTION_RESOURCES}
    hint = "Take the variable that leads there out of the config vars for review apps."
    return [
        Error(f"a review app must not use production's {name}", hint=hint, id="platform.E003")
        for name in resources()
        if name.lower() in forbidden
    ]


def resources() -> list[str]:
    """Return what this process is led to: the bucket, and the database as ``host/name``."""
    address = urlsplit(settings.DATABASE_URL)
    database = f"{address.hostname}{address.path}" if address.hostname else ""
    return [name for name in (database, settings.S3_BUCKET) if name]


@register(START)
def connections(**_: Any) -> list[CheckMessage]:
    """Refuse a formation that needs more database connections than the plan allows."""
    if not settings.DATABASE_CONNECTIONS:
        return []
    try:
        formation = all_dynos()
    except ValueError as error:
        return [Error(str(error), hint=CONNECTIONS_HINT, id="platform.E004")]
    found = []
    if not settings.POOL_URL and is_remote(settings.DATABASE_URL):
        found += over_budget(formation, "database connections")
    if is_remote(settings.FOLLOWER_URL):  # which no pooler stands before
        asking = {name: formation[name] for name in budget.ASK_THE_FOLLOWER}
        found += over_budget(asking, "connections of the follower")
    return found


CONNECTIONS_HINT = "See “Database connections” in docs/operations.md."


def all_dynos() -> dict[str, int]:
    """Return how many dynos of each process there may be. Raises ValueError: FORMATION is wrong."""
    formation = dict.fromkeys((budget.WEB, *budget.FIXED), 1)
    formation |= budget.formation_of(settings.FORMATION)
    if settings.SCALER == "on":
        formation |= {name: most for name, (_, most) in settings.SCALER_RANGES.items()}
    return formation


def is_remote(url: str) -> bool:
    """Return whether a database is on another machine; one on this is, or hides, a pooler."""
    return urlsplit(url).hostname not in (None, *LOCAL_HOSTS)


def over_budget(formation: dict[str, int], of_what: str) -> list[CheckMessage]:
    """Return what is to be said of dynos that need more than the plan allows."""
    most = settings.DATABASE_CONNECTIONS
    need = budget.needed(
        formation, processes=settings.WEB_CONCURRENCY, threads=settings.WEB_THREADS
    )
    told = f"all dynos need {need} {of_what}, and the plan allows {most}"
    if need > most:
        return [Error(told, hint=CONNECTIONS_HINT, id="platform.E004")]
    if 2 * need > most:
        text = f"{told}: too few for a deploy"
        return [Warning(text, hint=CONNECTIONS_HINT, id="platform.W003")]
    return []


@register(START)
def address(**_: Any) -> list[CheckMessage]:
    """Warn where nobody knows the app's address: every page is answered with 400."""
    is_known = settings.GIVEN_URL or urlsplit(settings.SITE_URL).hostname not in LOCAL_HOSTS
    if is_known or not settings.HTTPS:
        return []
    told = "SITE_URL is not set: the console answers to this machine alone, and links lead there"
    hint = "Set it to the console's address, such as https://mocklot.example.org."
    return [Warning(told, hint=hint, id="platform.W004")]


@register(deploy=True)
def production(**_: Any) -> list[CheckMessage]:
    """Warn of defaults that are for one machine only."""
    wanted = {
        "DATABASE_URL": bool(settings.DATABASE_URL),
        "S3_BUCKET": bool(settings.S3_BUCKET),
        "SENDGRID_API_KEY": bool(settings.SENDGRID_API_KEY),
        "MAIL_FROM": not settings.MAIL_FROM.rstrip(">").endswith(f"@{BARE_HOST}"),
    }
    return [
        Warning(f"{name} is not set", hint="See docs/configuration.md.", id="platform.W001")
        for name, is_set in wanted.items()
        if not is_set
    ]


@register(START)
def allowed_targets(**_: Any) -> list[CheckMessage]:
    """Refuse to start with an entry that is none: nobody would know what it lets through."""
    try:
        reach.reach()
    except ValueError as error:
        hint = "Each is a network such as 10.0.0.0/8, an address, a name such as *.plant.example."
        return [Error(f"ALLOWED_TARGETS: {error}", hint=hint, id="targets.E001")]
    return []
