"""What a run's pages offer: so that one that is open changes no more than has changed.

Rule: pure; a button that is put in anew while somebody presses it is not pressed.
"""

from web.runs.models import Run


def face_of(run: Run) -> str:
    """Return a text that is another one when something else can be done with a run."""
    facts = {
        "live": run.is_live,
        "sends": run.state == "running",
        "obeys": run.is_orderable,
        "paused": run.paused is not None,
        "aborted": run.abort_requested is not None,
    }
    return "-".join(name for name, holds in facts.items() if holds) or "over"
