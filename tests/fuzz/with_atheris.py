"""Looks for bytes that break a codec, by the coverage of its code (atheris, libFuzzer).

    python -m tests.fuzz.with_atheris [--seconds 600] [--codec mqtt-5 ...] [--corpus DIR] [--keep]

Each codec gets an equal part of the time, in a process of its own; the corpus grows in DIR, where
the next search goes on. ``--keep`` puts what was found beside the tests, which hold it ever after.
A codec that breaks its word ends the search with what broke it; status 1.

atheris is no requirement of anything else: ``pip install atheris`` into the environment first.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("mqtt-3.1.1", "mqtt-5", "mqtt-3.1.1-acks", "mqtt-5-acks", "http", "websocket-opening",
         "websocket-frames", "lines", "lengths", "fixed", "coap", "token", "redirect", "reference",
         "counter", "sparkplug", "command")  # fmt: skip
INSTRUMENTED = ["simulator.protocols", "simulator.sparkplug", "simulator.behaviour",
                "simulator.transports.asking", "simulator.transports.redirects"]  # fmt: skip
MAX_LENGTH = 2_048  # bytes of an input
MAX_MEMORY = 1_024  # MB of the process
MAX_TIME = 10  # s of one input; more is a hang
MOST_KEPT = 300  # inputs of one codec beside the tests
SEEDS = Path(__file__).parent / "seeds"


def main() -> int:
    """Search, or be the process that searches in one codec."""
    options = arguments()
    if options.inside:
        search(options.inside, options.libfuzzer)
        return 0
    codecs = options.codec or list(NAMES)
    corpus = options.corpus or Path(tempfile.mkdtemp(prefix="corpus-"))
    for name in codecs:
        if not run(name, corpus / name, seconds=options.seconds / len(codecs)):
            return 1
        if options.keep:
            keep(name, corpus / name)
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Look for bytes that break a codec.")
    parser.add_argument("--seconds", type=float, default=600.0, help="in all (600)")
    parser.add_argument("--codec", action="append", choices=NAMES)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("libfuzzer", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args()


def run(name: str, corpus: Path, *, seconds: float) -> bool:
    """Search in one codec; print a line; return whether it kept its word."""
    corpus.mkdir(parents=True, exist_ok=True)
    limits = [
        f"-max_total_time={max(1, round(seconds))}", f"-max_len={MAX_LENGTH}",
        f"-rss_limit_mb={MAX_MEMORY}", f"-timeout={MAX_TIME}",
    ]  # fmt: skip
    ended = libfuzzer(name, *limits, str(corpus))
    runs = re.findall(r"Done (\d+) runs", ended.stderr)
    found = len(list(corpus.iterdir()))
    print(f"{name:<18} {int(runs[-1]) if runs else 0:>10,} inputs  corpus {found:>6,}", flush=True)
    if ended.returncode:
        print(ended.stderr[-4_000:], file=sys.stderr)
    return ended.returncode == 0


def keep(name: str, corpus: Path) -> None:
    """Put what the search found beside the tests: an input a line, in hexadecimal, the shortest
    first."""
    found = sorted(
        (path.read_bytes() for path in corpus.iterdir()), key=lambda each: (len(each), each)
    )
    SEEDS.mkdir(exist_ok=True)
    text = "".join(f"{each.hex()}\n" for each in found[:MOST_KEPT])
    (SEEDS / f"{name}.txt").write_text(text, "utf-8")


def libfuzzer(name: str, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.fuzz.with_atheris", "--inside", name, "--", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")


def search(name: str, words: list[str]) -> None:
    """Hand one driver over to libFuzzer, which ends the process."""
    import atheris  # noqa: PLC0415  # only here, and only where it is installed

    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.fuzz.codecs import BEGINNINGS, DRIVERS  # noqa: PLC0415

    driver = DRIVERS[name]
    begin(Path(words[-1]), BEGINNINGS[name])
    atheris.Setup([sys.argv[0], *words], lambda data: driver(data) if data else None)
    atheris.Fuzz()


def begin(corpus: Path, streams: list[bytes]) -> None:
    """Put into the corpus what the search begins with: each stream, and all of them as one."""
    for number, stream in enumerate([*streams, b"".join(streams)]):
        (corpus / f"begin-{number}").write_bytes(bytes((number % 16,)) + stream)


if __name__ == "__main__":
    sys.exit(main())
