"""Where customers may let connections go: what the operators' setting allows, asked by all apps.

Rule: an address is held when it is saved, by what its name stands for then, and again at each
connection, by the gate, which connects to what it has judged. Refusals are sentences.
"""

import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from functools import lru_cache
from typing import Any

from django.conf import settings

import simulator
from web.platform.closed_hosts import closed_hosts
from web.platform.deadlines import within

RESOLVE_WITHIN = 2.0  # s that a page waits for a name server; what is not known then is let pass
MOST_AT_ONCE = 8  # names of a process that are looked up together
NOT_ALLOWED = "Nothing may be sent to {host}: it leads to {kind}."
CLOSED = "Nothing may be sent to {host}: the operators of this service have closed it."
SECOND_TRY = 5.0  # s that a name server of the setting has, all attempts together
ASK_AGAIN = 2.0  # s after which it is asked once more

_threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="names")


def reach() -> simulator.Reach:
    """Return what may be connected to.

    Raises:
        ValueError: The setting has an entry that is none; the check targets.E001 tells it.
    """
    return _reach(tuple(settings.ALLOWED_TARGETS))


def gate() -> simulator.Gate:
    """Return what connections of this process pass; it judges and looks names up.

    It asks the database now and then which hosts are closed: never call it in a loop.
    """
    closed_hosts.look()
    return _gate(tuple(settings.ALLOWED_TARGETS), tuple(settings.NAME_SERVERS))


def trouble(host: str, port: int = 0) -> str:
    """Return in a sentence why nothing may be sent to a host; empty: it may.

    What the name stands for is looked up, for ``RESOLVE_WITHIN`` s; a name that nobody knows, or
    not in time, is let pass: it is held again at each connection.
    """
    known = reach()
    if words := known.trouble(host):
        return words
    if closed_hosts.look().has_name(host):
        return CLOSED.format(host=host)
    if known.allows_name(host):
        return ""
    try:
        _resolved(gate(), host, port)
    except simulator.Forbidden as error:
        return refusal(host, error)
    except (OSError, TooSlow):
        return ""
    return ""


def refusal(host: str, error: simulator.Forbidden) -> str:
    """Return the sentence for a refusal of the gate."""
    kind = str(error).removeprefix("not allowed: the target is ")
    return NOT_ALLOWED.format(host=host, kind=kind)


def addresses(host: str, port: int = 0) -> list[str]:
    """Return what a host stands for now, as far as connections could go there; none: nobody knows.

    Whether it is closed does not count. It blocks for ``RESOLVE_WITHIN`` s at most.
    """
    asked = _gate(tuple(settings.ALLOWED_TARGETS), tuple(settings.NAME_SERVERS), heeds_closed=False)
    try:
        return _resolved(asked, host, port)
    except (OSError, TooSlow):
        return []


def _resolved(asked: simulator.Gate, host: str, port: int) -> list[str]:
    """Return what a host stands for, as the gate says, in ``RESOLVE_WITHIN`` s.

    Who waits no longer is not looked up any more: else all would wait behind a slow name server.

    Raises:
        Forbidden: As the gate says.
        OSError: There is no such name.
        TooSlow: Nobody knows in time.
    """
    look = _threads.submit(asked.resolved, host, port)
    try:
        return list(look.result(within(RESOLVE_WITHIN)))
    finally:
        look.cancel()


def is_operators(host: str, port: int = 0) -> bool:
    """Whether the operators' setting names a host, or every address that it stands for now.

    Such a host needs no proof of whose it is. It blocks for ``RESOLVE_WITHIN`` s at most.
    """
    known = reach()
    if known.allows_name(host):
        return True
    if not known.networks:
        return False
    found = addresses(host, port)
    return bool(found) and all(known.allows(simulator.address_in(each)) for each in found)


@lru_cache(16)
def _reach(entries: tuple[str, ...]) -> simulator.Reach:
    return simulator.Reach.of(entries)


@lru_cache(16)
def _gate(
    entries: tuple[str, ...], servers: tuple[str, ...], *, heeds_closed: bool = True
) -> simulator.Gate:
    look_up = _asking(servers) if servers else None
    if not heeds_closed:
        return simulator.Gate(_reach(entries), look_up=look_up)
    return simulator.Gate(_reach(entries), look_up=look_up, closed=closed_hosts.known)


def resolver(servers: Iterable[str]) -> Any:
    """Return a resolver that asks these servers, ``192.0.2.53`` or ``192.0.2.53:5353``; none: the
    system's."""
    import dns.nameserver  # noqa: PLC0415  (slow to import, and few processes ask)
    import dns.resolver  # noqa: PLC0415

    listed = [
        each.rpartition(":") if each.count(":") == 1 else (each, "", "53") for each in servers
    ]
    made = dns.resolver.Resolver(configure=not listed)
    if listed:
        made.nameservers = [
            dns.nameserver.Do53Nameserver(host, int(port)) for host, _, port in listed
        ]
    made.timeout, made.lifetime = ASK_AGAIN, SECOND_TRY
    return made


def _asking(servers: tuple[str, ...]) -> Any:
    """Return a look-up, as ``socket.getaddrinfo``, at the servers of the setting."""

    def look_up(host: str, port: int) -> list[tuple[Any, ...]]:
        import dns.exception  # noqa: PLC0415

        found: list[tuple[Any, ...]] = []
        asked = resolver(servers)
        for kind, family in (("A", socket.AF_INET), ("AAAA", socket.AF_INET6)):
            try:
                answer = asked.resolve(host, kind, search=False, raise_on_no_answer=False)
            except dns.exception.DNSException:
                continue
            rest = (0, 0) if family is socket.AF_INET6 else ()
            found += [
                (family, socket.SOCK_STREAM, 6, "", (str(each), port, *rest)) for each in answer
            ]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return found

    return look_up
