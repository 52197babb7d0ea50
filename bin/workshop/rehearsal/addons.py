"""The platform's add-ons on this machine, and the config vars that lead an application to them.

Rule: as production has them: Postgres behind PgBouncer in transaction mode and Redis, both by TLS
alone and with a password, a bucket whose signatures are checked; each secret is new, and known by
name.
"""

import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from cryptography.fernet import Fernet

from workshop import parts
from workshop.rehearsal.edge import Edge, Gate
from workshop.rehearsal.mailbox import Mailbox
from workshop.supervisor import Supervisor, answers, free_port

APP = "mocklot-rehearsal"
DATABASE = "rehearsal"


@dataclass(frozen=True, kw_only=True)
class Addons:
    """What runs beside the dynos. ``secrets`` by what each is for; ``config`` for every dyno.

    ``fresh`` are the config vars that lead a restored application elsewhere.
    """

    edge: Edge
    mailbox: Mailbox
    site: str
    database: str  # its address past the pooler, with the password
    server: parts.Postgres  # past pooler and gates
    mqtt_port: int
    config: dict[str, str] = field(repr=False)
    fresh: dict[str, str] = field(repr=False)
    secrets: dict[str, str] = field(repr=False)


class Gates(NamedTuple):
    """Where the dynos meet what speaks no TLS itself, each on a port of its own."""

    redis: Gate
    database: Gate
    pooler: Gate


def start_addons(stack: ExitStack, supervisor: Supervisor, folder: Path) -> Addons:
    """Start everything, with its data in ``folder``; ``stack`` ends what no process is."""
    hidden = drawn_secrets()
    redis_port = start_redis(supervisor, folder / "redis", hidden["Redis password"])
    server, pooler_port = start_database(supervisor, folder, hidden["database password"])
    mqtt_port = free_port()
    supervisor.start(parts.mqtt_broker(folder / "broker", port=mqtt_port))
    gates = gates_before(redis=redis_port, database=server.port, pooler=pooler_port)
    port, log = free_port(), folder / "router.log"
    edge = stack.enter_context(Edge(folder / "edge", log=log, router_port=port, gates=gates))
    mailbox = stack.enter_context(Mailbox(hidden["mail key"]))
    site = f"https://127.0.0.1:{port}"
    buckets = start_store(supervisor, folder / "s3", site)
    hidden |= {f"secret of {name}": bucket.secret for name, bucket in buckets.items()}
    config = {
        **buckets["the bucket"].environment(),
        **backup_variables(buckets["the second bucket"]),
        **database_variables(gates, hidden),
        **own_variables(hidden, site=site, mail=mailbox.url),
        "REDIS_URL": f"rediss://:{hidden['Redis password']}@127.0.0.1:{gates.redis.port}/0",
    }
    fresh = {
        **buckets["the restored bucket"].environment(),
        **database_variables(gates, hidden, name="restored"),
    }
    return Addons(
        edge=edge,
        mailbox=mailbox,
        site=site,
        database=config["DATABASE_URL"],
        server=server,
        mqtt_port=mqtt_port,
        config=config,
        fresh=fresh,
        secrets=hidden,
    )


def drawn_secrets() -> dict[str, str]:
    """Return what nobody may find in any output, by what it is."""
    long = ("session key", "Redis password", "database password", "mail key")
    short = ("inbound secret", "person's password", "target's password")
    return {
        **{name: secrets.token_urlsafe(48) for name in long},
        **{name: secrets.token_urlsafe(24) for name in short},
        "field key": Fernet.generate_key().decode(),
    }


def gates_before(*, redis: int, database: int, pooler: int) -> Gates:
    """Return a gate for each of these ports; a client of Postgres asks for TLS first."""
    return Gates(
        redis=Gate(port=free_port(), behind=redis),
        database=Gate(port=free_port(), behind=database, asks_first=True),
        pooler=Gate(port=free_port(), behind=pooler, asks_first=True),
    )


def database_variables(
    gates: Gates, hidden: Mapping[str, str], *, name: str = DATABASE
) -> dict[str, str]:
    """Return what leads to a database, directly and through the pooler."""
    password = hidden["database password"]
    return {
        "DATABASE_URL": address_of(gates.database, password, name=name),
        "DATABASE_CONNECTION_POOL_URL": address_of(gates.pooler, password, name=name),
    }


def own_variables(hidden: Mapping[str, str], *, site: str, mail: str) -> dict[str, str]:
    """Return what an operator sets beside the add-ons; ``mail`` is where the mail service is."""
    return {
        "SITE_URL": site,
        "SECRET_KEY": hidden["session key"],
        "FIELD_ENCRYPTION_KEYS": hidden["field key"],
        "SENDGRID_API_KEY": hidden["mail key"],
        "SENDGRID_API_URL": mail,
        "MAIL_FROM": "Mocklot <no-reply@mocklot.example>",
        "MAIL_INBOUND_SECRET": hidden["inbound secret"],
        "ALLOWED_TARGETS": "127.0.0.1",
        "BIND_ADDRESS": "127.0.0.1",
        "HEROKU_APP_NAME": APP,
    }


def start_redis(supervisor: Supervisor, folder: Path, password: str) -> int:
    """Start Redis with a password; return its port, where it speaks without TLS."""
    port = free_port()
    child = parts.valkey(folder, port=port)
    command = [*child.command, "--requirepass", password, "--maxmemory-policy", "noeviction"]
    supervisor.start(replace(child, command=command, ready=lambda: answers(port)))
    return port


def start_database(
    supervisor: Supervisor, folder: Path, password: str
) -> tuple[parts.Postgres, int]:
    """Start Postgres and PgBouncer, which ask for the password; return the pooler's port."""
    child, server = parts.postgres(folder / "postgres", port=free_port())
    supervisor.start(child)
    server.execute(f"CREATE DATABASE {DATABASE}")
    parts.ask_for_password(server, folder / "postgres", database=DATABASE, password=password)
    port = free_port()
    supervisor.start(
        parts.pgbouncer(folder / "pgbouncer", port=port, server=server, password=password)
    )
    return server, port


def address_of(gate: Gate, password: str, *, name: str = DATABASE) -> str:
    """Return where a database is met behind a gate: by TLS, though on this machine."""
    return f"postgres://mocklot:{password}@127.0.0.1:{gate.port}/{name}?sslmode=require"


def start_store(supervisor: Supervisor, folder: Path, site: str) -> dict[str, parts.Bucket]:
    """Start the object store; make the bucket, the second one, and one to restore into.

    Each has a user of its own.
    """
    port = free_port()
    supervisor.start(parts.object_store(folder, port=port))
    names = {"the bucket": APP, "the second bucket": "second", "the restored bucket": "restored"}
    return {
        words: parts.make_bucket(port, name=name, keys=folder / f"{name}.json", origin=site)
        for words, name in names.items()
    }


def backup_variables(bucket: parts.Bucket) -> dict[str, str]:
    """Return the config vars that lead to the second bucket."""
    return {
        "BACKUP_BUCKET": bucket.name,
        "BACKUP_ENDPOINT_URL": bucket.endpoint,
        "BACKUP_REGION": bucket.region,
        "BACKUP_ACCESS_KEY_ID": bucket.key_id,
        "BACKUP_SECRET_ACCESS_KEY": bucket.secret,
    }
