"""A name server of the tests: answers over UDP what it is told to, and counts who asks.

Each name has a list of answers; each question takes the next one, the last one stays: so a name
may lead somewhere else the second time, which is how names are rebound.
"""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.rdatatype
import dns.resolver
import dns.rrset

TTL = 0  # s
ANSWERED_WITHIN = 60.0  # s, on a busy machine too; asked again sooner, it would count twice
QUESTION = 512  # bytes


class NameServer:
    """``zone``: (name, type) -> answers, each a list of records."""

    def __init__(self) -> None:
        self.zone: dict[tuple[str, str], list[list[str]]] = {}
        self.asked: Counter[str] = Counter()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]

    def say(self, name: str, *answers: list[str], kind: str = "A") -> None:
        """Let a name have these answers, one after the other."""
        self.zone[name.rstrip("."), kind] = list(answers)

    def serve(self) -> None:
        """Answer until an empty datagram comes."""
        while True:
            data, sender = self.socket.recvfrom(QUESTION)
            if not data:
                return
            with suppress(dns.exception.DNSException):  # a question that is none has no answer
                self.socket.sendto(self.answer(data), sender)

    def answer(self, data: bytes) -> bytes:
        asked = dns.message.from_wire(data)
        question = asked.question[0]
        name, kind = str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.RA
        answers = self.zone.get((name, kind))
        if kind == "A":
            self.asked[name] += 1
        if answers:
            records = answers.pop(0) if len(answers) > 1 else answers[0]
            answer.answer.append(dns.rrset.from_text(question.name, TTL, "IN", kind, *records))
        elif not any(known == name for known, _ in self.zone):
            answer.set_rcode(3)  # NXDOMAIN
        return answer.to_wire()

    def resolver(self) -> dns.resolver.Resolver:
        """Return a resolver that asks this server alone."""
        made = dns.resolver.Resolver(configure=False)
        made.nameservers, made.port = ["127.0.0.1"], self.port
        made.timeout = made.lifetime = ANSWERED_WITHIN
        return made

    def look_up(self, host: str, port: int) -> list[tuple[Any, ...]]:
        """Return what the name stands for, as ``socket.getaddrinfo`` has it."""
        found: list[tuple[Any, ...]] = []
        for kind, family in (("A", socket.AF_INET), ("AAAA", socket.AF_INET6)):
            try:
                answer = self.resolver().resolve(host, kind, search=False)
            except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
                continue
            rest = (0, 0) if family is socket.AF_INET6 else ()
            found += [(family, socket.SOCK_STREAM, 6, "", (str(r), port, *rest)) for r in answer]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return found


@contextmanager
def name_server() -> Iterator[NameServer]:
    """Run a name server on a free port."""
    server = NameServer()
    thread = Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.socket.sendto(b"", ("127.0.0.1", server.port))
        thread.join()
        server.socket.close()
