"""The only door to the log of one mock."""

from django.http import Http404

from web.runs.models import Run


def mock_of(run: Run, mock: int) -> int:
    """Return the mock's number in the run.

    Raises:
        Http404: The run has fewer mocks.
    """
    if mock >= run.mocks:
        raise Http404("no such mock")
    return mock
