"""Whoever waits for somebody else says for how long: each call that may wait has a limit.

Rule: found in the source, by what is called; a call that is new in kind is a line of ``LIMITS``.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FOLDERS = ("web", "simulator", "bin/workshop")

# What is called, by its full name -> what has to be said; the number is its place among what is
# given without a name, where it may be.
LIMITS: dict[str, tuple[tuple[str, int | None], ...]] = {
    "socket.create_connection": (("timeout", 1),),
    "http.client.HTTPConnection": (("timeout", None),),
    "http.client.HTTPSConnection": (("timeout", None),),
    "urllib.request.urlopen": (("timeout", 2),),
    "smtplib.SMTP": (("timeout", None),),
    "smtplib.SMTP_SSL": (("timeout", None),),
    "ftplib.FTP": (("timeout", None),),
    "boto3.client": (("config", None),),
    "botocore.config.Config": (("connect_timeout", None), ("read_timeout", None)),
    "redis.Redis": (("socket_connect_timeout", None), ("socket_timeout", None)),
    "redis.Redis.from_url": (("socket_connect_timeout", None), ("socket_timeout", None)),
    "slack_sdk.WebClient": (("timeout", None),),
    "twilio.rest.Client": (("http_client", None),),
    "twilio.http.http_client.TwilioHttpClient": (("timeout", None),),
    "psycopg.connect": (("connect_timeout", None),),
    "subprocess.run": (("timeout", None),),
    "subprocess.call": (("timeout", None),),
    "subprocess.check_call": (("timeout", None),),
    "subprocess.check_output": (("timeout", None),),
    "concurrent.futures.wait": (("timeout", 1),),
    **{
        f"{library}.{method}": (("timeout", None),)
        for library in ("requests", "httpx")
        for method in ("get", "post", "put", "patch", "delete", "head", "request", "Client")
    },
}
# Methods, by their names alone, that wait for ever when they are given nothing; not so what is
# awaited, which its loop limits.
METHODS = {
    "join": ("timeout", 0),  # of a thread
    "result": ("timeout", 0),  # of a future
    "wait": ("timeout", 0),  # of a process, of an event
    "communicate": ("timeout", 1),
    "as_completed": ("timeout", 1),
}
QUEUES = ("queue.Queue", "queue.SimpleQueue", "queue.LifoQueue", "queue.PriorityQueue")
GIVEN = {"web.platform.redis.options": {"socket_connect_timeout", "socket_timeout"}}
"""Functions that give several limits at once, by ``**``; each is looked at below."""
ASSIGNED = {"sendgrid.SendGridAPIClient": "timeout"}
"""What takes no limit when it is made: the attribute that has to be set beside it."""
CONNECTIONS = ("http.client.HTTPConnection", "http.client.HTTPSConnection")

WITHOUT = {  # place of a call: why it needs no limit
    "simulator/commands/runs/crew.py:Workers:_begin": "what is gathered of it is waited for",
    "simulator/transports/addresses.py:Addresses:_is_stale": "it is done by then",
}


@dataclass(frozen=True)
class Found:
    """A call without a limit."""

    place: str  # file, then the names of what it stands in
    line: int
    call: str
    lacks: str

    def __str__(self) -> str:
        return f"{self.place}, line {self.line}: {self.call} has no {self.lacks}"


class Reader(ast.NodeVisitor):
    """Goes through one file and keeps the calls that have no limit."""

    def __init__(self, file: str, source: str) -> None:
        self.found: list[Found] = []
        self._file = file
        self._tree = ast.parse(source)
        self._names = dict(imported(self._tree))
        self._queues = {name for name, made in assigned(self._tree) if self.full(made) in QUEUES}
        self._inside: list[ast.AST] = []
        self._awaited: set[ast.AST] = {
            each.value for each in ast.walk(self._tree) if isinstance(each, ast.Await)
        }

    def read(self) -> list[Found]:
        self.visit(self._tree)
        return self.found

    def full(self, node: ast.AST) -> str:
        """Return the full name of what an expression names: ``redis.Redis.from_url``."""
        if isinstance(node, ast.Call):
            return self.full(node.func)
        if isinstance(node, ast.Attribute):
            return f"{self.full(node.value)}.{node.attr}"
        return self._names.get(node.id, node.id) if isinstance(node, ast.Name) else ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._enter(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._enter(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if any(self.full(base) in CONNECTIONS for base in node.bases):
            self._connection(node)
        self._enter(node)

    def visit_Call(self, node: ast.Call) -> None:
        self._call(node)
        self.generic_visit(node)

    def _enter(self, node: ast.AST) -> None:
        self._inside.append(node)
        self.generic_visit(node)
        self._inside.pop()

    def _call(self, node: ast.Call) -> None:
        name = self.full(node.func)
        wanted = [*LIMITS.get(name, ()), *self._of_method(node)]
        for keyword, place in wanted:
            if not self._says(node, keyword, place):
                self._keep(node, name or ast.unparse(node.func), keyword)
        if name in ASSIGNED and not self._is_set(ASSIGNED[name]):
            self._keep(node, name, ASSIGNED[name])

    def _of_method(self, node: ast.Call) -> Iterator[tuple[str, int | None]]:
        if not isinstance(node.func, ast.Attribute) or node in self._awaited:
            return
        method, on = node.func.attr, node.func.value
        if method == "get" and last_name(on) in self._queues:
            yield ("timeout", 1)
        is_path = self.full(node.func).startswith("os.path.")
        if method in METHODS and not isinstance(on, ast.Constant | ast.JoinedStr) and not is_path:
            yield METHODS[method]
        if method == "open" and "opener" in last_name(on):
            yield ("timeout", 2)
        if method == "client" and "ession" in ast.unparse(on):  # boto3.session.Session().client
            yield ("config", None)

    def _says(self, node: ast.Call, keyword: str, place: int | None) -> bool:
        for each in node.keywords:
            if each.arg == keyword:
                return not is_none(each.value)
            if each.arg is None and keyword in self._unpacked(each.value):
                return True
        return place is not None and len(node.args) > place and not is_none(node.args[place])

    def _unpacked(self, node: ast.expr) -> set[str]:
        """Return the names that ``**`` of this gives, as far as it can be told."""
        if isinstance(node, ast.Dict):
            named = {key.value for key in node.keys if isinstance(key, ast.Constant)}
            inner = [value for key, value in zip(node.keys, node.values, strict=True) if not key]
            return named.union(*(self._unpacked(value) for value in inner))
        name = self.full(node)
        own = f"{self._file.removesuffix('.py').replace('/', '.')}.{name}"
        return GIVEN.get(name, GIVEN.get(own, set()))

    def _is_set(self, attribute: str) -> bool:
        """Whether an attribute of this name is set in the function."""
        return any(
            isinstance(target, ast.Attribute) and target.attr == attribute
            for node in ast.walk(self._inside[-1] if self._inside else self._tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
        )

    def _connection(self, node: ast.ClassDef) -> None:
        """Hold a class of connections: it says how long when it is made, or connects itself."""
        own = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
        made = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
        says = any(ast.unparse(each.func) == "super().__init__" and self._says(each, "timeout", 2)
                   for each in made)  # fmt: skip
        sets = any(isinstance(each.func, ast.Attribute) and each.func.attr == "settimeout"
                   for each in made)  # fmt: skip
        if not says and not ("connect" in own and sets):
            self._keep(node, f"class {node.name}", "timeout")

    def _keep(self, node: ast.expr | ast.stmt, name: str, lacks: str) -> None:
        names = [each.name for each in self._inside if hasattr(each, "name")]
        self.found.append(Found(":".join([self._file, *names]), node.lineno, name, lacks))


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield each name that a file imports, with its full one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                yield (each.asname, each.name) if each.asname else (each.name.split(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom):
            for each in node.names:
                yield each.asname or each.name, f"{node.module}.{each.name}"


def assigned(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the last part of each name that something is assigned to, with what."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield last_name(target), node.value
        elif isinstance(node, ast.AnnAssign) and node.value:
            yield last_name(node.target), node.value


def last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def unlimited(folders: tuple[str, ...] = FOLDERS) -> Iterator[Found]:
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield from Reader(file.relative_to(ROOT).as_posix(), file.read_text()).read()


def test_every_call_that_may_wait_has_a_limit():
    found = [each for each in unlimited() if each.place not in WITHOUT]

    assert not found, "\n".join(map(str, found))


def test_what_needs_no_limit_is_still_there():
    assert set(WITHOUT) <= {each.place for each in unlimited()}


def test_the_options_of_redis_say_both_limits(settings):
    from web.platform.redis import options  # noqa: PLC0415

    assert options("redis://x").keys() >= GIVEN["web.platform.redis.options"]


PLANTED = {
    "import urllib.request\nurllib.request.urlopen('http://x')": "timeout",
    "from urllib.request import urlopen\nurlopen('http://x', timeout=None)": "timeout",
    "import socket\nsocket.create_connection(('x', 1))": "timeout",
    "from http.client import HTTPSConnection as C\nC('x')": "timeout",
    "import http.client\nclass A(http.client.HTTPConnection):\n  pass": "timeout",
    "import smtplib\nsmtplib.SMTP('x')": "timeout",
    "import boto3\nboto3.client('s3')": "config",
    "import boto3\nboto3.session.Session().client('s3')": "config",
    "from botocore.config import Config\nConfig(connect_timeout=1)": "read_timeout",
    "import redis\nredis.Redis.from_url('x', socket_timeout=1)": "socket_connect_timeout",
    "from redis import Redis\nRedis(socket_connect_timeout=1)": "socket_timeout",
    "from sendgrid import SendGridAPIClient\ndef f():\n  SendGridAPIClient('x')": "timeout",
    "import subprocess\nsubprocess.run(['x'])": "timeout",
    "def f(process): process.communicate()": "timeout",
    "def f(future): future.result()": "timeout",
    "def f(thread): thread.join()": "timeout",
    "def f(event): event.wait()": "timeout",
    "import queue\nq = queue.Queue()\nq.get()": "timeout",
    "import requests\nrequests.get('http://x')": "timeout",
    "def f(opener): opener.open('http://x')": "timeout",
    "import psycopg\npsycopg.connect('x')": "connect_timeout",
}


@pytest.mark.parametrize("source", PLANTED)
def test_a_planted_call_without_a_limit_is_found(source):
    [found] = Reader("planted.py", source).read()

    assert found.lacks == PLANTED[source]


@pytest.mark.parametrize(
    "source",
    [
        "import urllib.request\nurllib.request.urlopen('http://x', timeout=3)",
        "import socket\nsocket.create_connection(('x', 1), 3)",
        "from web.platform.redis import options\nimport redis\nredis.Redis.from_url('x', "
        "**{**options('x'), 'retry': 1})",
        "from sendgrid import SendGridAPIClient\ndef f(c):\n  SendGridAPIClient('x')\n"
        "  c.timeout = 3",
        "async def f(event): await event.wait()",
        "def f(words): ', '.join(words)",
        "import os\nos.path.join('a')",
        "def f(thread): thread.join(3)",
        "def f(settings): settings.get('x')",
    ],
)
def test_a_call_with_a_limit_is_not(source):
    assert Reader("planted.py", source).read() == []
