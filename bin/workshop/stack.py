"""The whole product on one machine: servers, and each process of the Procfile.

Rule: a process is started by its line in the Procfile and configured by the environment alone,
exactly as a dyno is; only the addresses differ.
"""

import os
import secrets
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workshop import parts
from workshop.supervisor import Child, Supervisor, answers, free_port
from workshop.venv import ROOT, VENV

MQTT_PORT, CONSOLE_PORT, RECEIVER_PORT = 1883, 8000, 8080  # where they are free
PROCFILE = Path(ROOT) / "Procfile"


@dataclass(frozen=True, kw_only=True)
class Servers:
    """Where the servers listen, on 127.0.0.1; ``environment`` leads the product to them."""

    redis_port: int
    bucket: parts.Bucket
    mqtt_port: int
    broker: Child
    environment: Mapping[str, str]


def start_servers(
    supervisor: Supervisor, folder: Path, *, console_port: int, mqtt_port: int = 0
) -> Servers:
    """Start Redis, the object store and an MQTT broker, with their data in ``folder``.

    The broker takes ``mqtt_port`` where it is free, else any port.
    """
    folder.mkdir(parents=True, exist_ok=True)
    redis_port, s3_port, mqtt_port = free_port(), free_port(), free_port(mqtt_port)
    broker = parts.mqtt_broker(folder / "broker", port=mqtt_port)
    children = [
        parts.valkey(folder / "redis", port=redis_port),
        parts.object_store(folder / "s3", port=s3_port),
        broker,
    ]
    for child in children:
        supervisor.launch(child)
    for child in children:
        supervisor.wait(child)
    bucket = parts.make_bucket(
        s3_port,
        name="mocklot",
        keys=folder / "s3" / "keys.json",
        origin=f"http://127.0.0.1:{console_port}",
    )
    environment = {"REDIS_URL": f"redis://127.0.0.1:{redis_port}/0", **bucket.environment()}
    return Servers(
        redis_port=redis_port,
        bucket=bucket,
        mqtt_port=mqtt_port,
        broker=broker,
        environment=environment,
    )


def release_environment(folder: Path, *, database: str = "") -> dict[str, str]:
    """Return what the migrations need; an empty ``database`` is SQLite in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": f"{VENV}/bin{os.pathsep}{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": database,
        "RUN_DIR": str(folder),
        "MAIL_DIR": str(folder / "mail"),
        "SECRET_KEY": secret_key(folder / "secret-key"),
        "HTTPS": "false",
    }


def console_environment(
    folder: Path, servers: Servers, *, port: int, database: str = ""
) -> dict[str, str]:
    """Return the variables of all processes."""
    return {
        **release_environment(folder, database=database),
        **servers.environment,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        # Everything shares this machine, so a page is given more time than where it is alone.
        "REQUEST_LIMIT": "25",
        "STATEMENT_LIMIT": "25",
        "ALLOWED_TARGETS": "127.0.0.0/8, ::1, localhost",
    }


def secret_key(file: Path) -> str:
    """Return the key of this folder's console, made at its first start."""
    if not file.exists():
        file.write_text(secrets.token_urlsafe(48))
        file.chmod(0o600)
    return file.read_text()


def processes(file: Path = PROCFILE) -> dict[str, list[str]]:
    """Return the command of each process type."""
    lines = [line.partition(":") for line in file.read_text().splitlines() if ":" in line]
    return {name.strip(): shlex.split(command) for name, _, command in lines}


def process(name: str, environment: Mapping[str, str]) -> Child:
    """Return the process ``name`` of the Procfile, as the platform would start it."""
    command = processes()[name]
    program = Path(VENV) / "bin" / command[0]
    port = int(environment.get("PORT", 0))
    return Child(
        name=name,
        command=[program if program.exists() else command[0], *command[1:]],
        environment={**environment, "DYNO": f"{name}.1"},
        folder=Path(ROOT),
        ready=(lambda: answers(port)) if name == "web" else (lambda: True),
    )


def receiver(port: int) -> Child:
    """Return the HTTP receiver that counts what arrives."""
    return Child(
        name="receiver",
        command=[sys.executable, "-m", "workshop.receiver", str(port)],
        environment={"PYTHONPATH": str(Path(ROOT) / "bin")},
        ready=lambda: parts.answers_http(f"http://127.0.0.1:{port}/"),
    )
