"""The long form: ``python -m tests.chaos [--minutes 3] [--seed N] [--mocks 5000] [--towers 3]``.

Prints its plan, what it does, and a table of what it counted; ends with 1 where a promise broke.
With ``--folder`` everything stays there to be looked at, the processes' logs too.
"""

import argparse
import random
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from workshop.supervisor import Supervisor

from tests.chaos.plan import plan
from tests.chaos.size import Size
from tests.chaos.stage import start_stage
from tests.chaos.trial import Outcome, attempt


def main() -> int:
    """Run the trial; return the process's status."""
    asked = _arguments()
    seed = asked.seed if asked.seed is not None else random.randrange(1_000_000)
    size = Size(mocks=asked.mocks, towers=asked.towers, seconds=asked.minutes * 60)
    blows = plan(seed, seconds=size.seconds, workers=size.workers, lengths=size.lengths)
    say(f"seed {seed}: {len(blows)} blows in {size.seconds:g} s, {size.mocks:,} mocks")
    for blow in blows:
        say(f"  {blow}")
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # Postgres runs as another user
        supervisor = stack.enter_context(Supervisor(logs=folder / "logs"))
        stage = start_stage(supervisor, folder, size)
        stack.callback(stage.close)
        outcome = attempt(stage, blows, size, say=say)
        show(outcome)
    return 1 if outcome.wrong else 0


def show(outcome: Outcome) -> None:
    """Print what was counted, and what is wrong."""
    width = max(map(len, outcome.figures))
    for name, value in outcome.figures.items():
        text = f"{value:,}" if isinstance(value, int) else str(value)
        say(f"  {name:{width}}  {text:>12}")
    for text in outcome.wrong:
        say(f"WRONG  {text}")
    say("every promise was kept" if not outcome.wrong else f"{len(outcome.wrong)} promises broken")


def say(text: str) -> None:
    print(text, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0, help="that the plan strikes")
    parser.add_argument("--seed", type=int, help="of the plan; drawn, and printed, if not given")
    parser.add_argument("--mocks", type=int, default=5_000)
    parser.add_argument("--towers", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="to keep everything in")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
