"""Asks a console for pages, as several browsers that keep their connections."""

import http.client
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

WITHIN = 60.0  # s
NO_PAGES = (http.client.NOT_FOUND, http.client.METHOD_NOT_ALLOWED)


@dataclass(frozen=True)
class Answer:
    """One answer: of which page, its status, how long it took (s) and how large it was (bytes)."""

    page: str
    status: int
    took: float
    size: int


def ask(
    pages: Mapping[str, str], *, port: int, cookie: str, clients: int, rounds: int
) -> list[Answer]:
    """Return all answers; ``pages``: path by name. Each is asked for once before it counts."""
    once = list(_one(pages, port=port, cookie=cookie, rounds=1, seed=0))
    known = {each.page: pages[each.page] for each in once if each.status not in NO_PAGES}
    with ThreadPoolExecutor(clients) as pool:
        told = pool.map(
            lambda seed: list(_one(known, port=port, cookie=cookie, rounds=rounds, seed=seed)),
            range(1, clients + 1),
        )
        return [answer for some in told for answer in some]


def _one(
    pages: Mapping[str, str], *, port: int, cookie: str, rounds: int, seed: int
) -> Iterator[Answer]:
    draw = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN)
    for _ in range(rounds):
        names: Sequence[str] = draw.sample(sorted(pages), len(pages))
        for name in names:
            began = time.perf_counter()
            connection.request("GET", pages[name], headers={"Cookie": cookie})
            answer = connection.getresponse()
            body = answer.read()
            yield Answer(name, answer.status, time.perf_counter() - began, len(body))
    connection.close()
