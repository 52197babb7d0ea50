"""``infer SAMPLE...``: makes a definition out of sample payloads, a schema or a recording."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from simulator.datasets import Dataset, read_dataset
from simulator.definition import check
from simulator.errors import DefinitionError
from simulator.inference import Comparison, Inferred, compare, infer, infer_recording
from simulator.inference.chart import svg_of


def arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "samples",
        metavar="SAMPLE",
        type=Path,
        nargs="*",
        help="payloads (JSON, JSON lines), or one JSON Schema, OpenAPI, DTDL or LoRaWAN codec",
    )
    parser.add_argument("--csv", metavar="FILE", type=Path, help="a recording instead of samples")
    parser.add_argument("--name", default="Device", help="of the definition (Device)")
    parser.add_argument(
        "--chart", metavar="FILE", type=Path, help="with --csv: recording against simulation, SVG"
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing of what was guessed")


def main(options: Namespace) -> int:
    """Print the definition, and what it was made from to stderr. Return 0, or 2 when none came."""
    if bool(options.samples) == bool(options.csv) or (options.chart and not options.csv):
        print("needs either samples or --csv FILE; --chart goes with --csv", file=sys.stderr)
        return 2
    try:
        recording = _recording(options.csv) if options.csv else None
        inferred = _inferred(options, recording)
        compared = compare(recording, inferred.text) if recording is not None else []
    except (DefinitionError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    sys.stdout.write(inferred.text)
    if options.chart:
        options.chart.write_text(svg_of(compared))
    if not options.quiet:
        _tell(inferred, compared)
    return 0 if check(inferred.text).definition else 2


def _recording(path: Path) -> Dataset:
    return read_dataset(path.name, path.read_bytes())


def _inferred(options: Namespace, recording: Dataset | None) -> Inferred:
    if recording is not None:
        return infer_recording(recording, name=options.name)
    texts = [(path.name, path.read_bytes()) for path in options.samples]
    return infer(texts, name=options.name)


def _tell(inferred: Inferred, compared: list[Comparison]) -> None:
    for note in inferred.notes:
        print(f"{note.place}: {note.text}", file=sys.stderr)
    for each in compared:
        before, after = each.before, each.after
        print(
            f"{each.column}: recorded mean {before.mean:.4g}, deviation {before.deviation:.3g}, "
            f"memory {before.memory:.2f}; simulated {after.mean:.4g}, {after.deviation:.3g}, "
            f"{after.memory:.2f}",
            file=sys.stderr,
        )
