"""The platform's add-ons on this machine, and the config vars that lead an application to them.

Rule: as production has them: Postgres behind PgBouncer in transaction mode and Redis, both by TLS
alone and with a password, a bucket whose signatures are checked; each secret is new, and known by
name.
"""

import secrets
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.fernet import Fernet

from workshop import parts
from workshop.rehearsal.edge import Edge, Gate
from workshop.rehearsal.mailbox import Mailbox
from workshop.supervisor import Supervisor, answers, free_port

APP = "mocklot-rehearsal"
DATABASE = "rehearsal"


@dataclass(frozen=True, kw_only=True)
class Addons:
    """What runs beside the dynos. ``secrets`` by what each is for; ``config`` for every dyno."""

    edge: Edge
    mailbox: Mailbox
    site: str
    database: str  # its address past the pooler, with the password
    mqtt_port: int
    config: dict[str, str] = field(repr=False)
    secrets: dict[str, str] = field(repr=False)


def start_addons(stack: ExitStack, supervisor: Supervisor, folder: Path) -> Addons:
    """Start everything, with its data in ``folder``; ``stack`` ends what no process is."""
    hidden = {
        name: secrets.token_urlsafe(48)
        for name in ("session key", "Redis password", "database password", "mail key")
    }
    hidden |= {
        "field key": Fernet.generate_key().decode(),
        "inbound secret": secrets.token_urlsafe(24),
        "person's password": secrets.token_urlsafe(24),
        "target's password": secrets.token_urlsafe(24),
    }
    redis_port = start_redis(supervisor, folder / "redis", hidden["Redis password"])
    server_port, pooler_port = start_database(supervisor, folder, hidden["database password"])
    mqtt_port = free_port()
    supervisor.start(parts.mqtt_broker(folder / "broker", port=mqtt_port))
    redis = Gate(port=free_port(), behind=redis_port)
    database = Gate(port=free_port(), behind=server_port, asks_first=True)
    pooler = Gate(port=free_port(), behind=pooler_port, asks_first=True)
    port = free_port()
    edge = stack.enter_context(
        Edge(
            folder / "edge",
            log=folder / "router.log",
            router_port=port,
            gates=[redis, database, pooler],
        )
    )
    mailbox = stack.enter_context(Mailbox(hidden["mail key"]))
    site = f"https://127.0.0.1:{port}"
    bucket = start_store(supervisor, folder / "s3", site)
    hidden["bucket secret"] = bucket.secret
    direct = address_of(database, hidden["database password"])
    config = {
        **bucket.environment(),
        "DATABASE_URL": direct,
        "DATABASE_CONNECTION_POOL_URL": address_of(pooler, hidden["database password"]),
        "REDIS_URL": f"rediss://:{hidden['Redis password']}@127.0.0.1:{redis.port}/0",
        "SECRET_KEY": hidden["session key"],
        "FIELD_ENCRYPTION_KEYS": hidden["field key"],
        "SITE_URL": site,
        "SENDGRID_API_KEY": hidden["mail key"],
        "SENDGRID_API_URL": mailbox.url,
        "MAIL_FROM": "Mocklot <no-reply@mocklot.example>",
        "MAIL_INBOUND_SECRET": hidden["inbound secret"],
        "ALLOWED_TARGETS": "127.0.0.1",
        "BIND_ADDRESS": "127.0.0.1",
        "HEROKU_APP_NAME": APP,
    }
    return Addons(
        edge=edge,
        mailbox=mailbox,
        site=site,
        database=direct,
        mqtt_port=mqtt_port,
        config=config,
        secrets=hidden,
    )


def start_redis(supervisor: Supervisor, folder: Path, password: str) -> int:
    """Start Redis with a password; return its port, where it speaks without TLS."""
    port = free_port()
    child = parts.valkey(folder, port=port)
    command = [*child.command, "--requirepass", password, "--maxmemory-policy", "noeviction"]
    supervisor.start(replace(child, command=command, ready=lambda: answers(port)))
    return port


def start_database(supervisor: Supervisor, folder: Path, password: str) -> tuple[int, int]:
    """Start Postgres and PgBouncer, which ask for the password; return the ports of both."""
    child, server = parts.postgres(folder / "postgres", port=free_port())
    supervisor.start(child)
    server.execute(f"CREATE DATABASE {DATABASE}")
    parts.ask_for_password(server, folder / "postgres", database=DATABASE, password=password)
    port = free_port()
    supervisor.start(
        parts.pgbouncer(folder / "pgbouncer", port=port, server=server, password=password)
    )
    return server.port, port


def address_of(gate: Gate, password: str) -> str:
    """Return where a database is met behind a gate: by TLS, though on this machine."""
    return f"postgres://mocklot:{password}@127.0.0.1:{gate.port}/{DATABASE}?sslmode=require"


def start_store(supervisor: Supervisor, folder: Path, site: str) -> parts.Bucket:
    """Start the object store and make its bucket and its user."""
    port = free_port()
    supervisor.start(parts.object_store(folder, port=port))
    return parts.make_bucket(port, name=APP, keys=folder / "keys.json", origin=site)
