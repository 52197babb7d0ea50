"""What may be sent to a host that nobody has proved to be his own.

Rule: pure numbers and sentences; who counts is ``web.runs.unproved``.
"""

MOCKS = 10  # of a workspace, on all its unproved hosts together
RATE = 10.0  # messages/s, the same
HOST_MOCKS = 30  # on one host, of all workspaces that have not proved it
# On one address, by whatever names; more, for a content network has many hosts on one.
ADDRESS_MOCKS = 90
LEAST_RATE = 0.1  # messages/s that a run counts for, however little it sends by itself

TOO_MUCH = (
    "Prove that {host} is yours before more than {mocks} mocks or {rate:g} messages/s go there: "
    "open the target “{target}” and choose “Prove that it is yours”. {this}"
)
THIS_LOT = "This lot has {mocks:,} mocks that send up to {rate:,.1f} messages/s."
WITH_OTHERS = (
    "With runs that go on already, and what these may be ordered to send, it would be {mocks:,} "
    "mocks and up to {rate:,.1f} messages/s."
)
NOT_YET = (
    "Nobody of this workspace has proved that {host} is yours, so at most {mocks} mocks and "
    "{rate:g} messages/s may go there. This lot is more, and cannot be started yet."
)
HOST_IS_FULL = (
    "Others who have not proved that {host} is theirs send to it at the moment. Prove that it is "
    "yours, or try again later."
)


def is_little(mocks: int, rate: float) -> bool:
    """Whether so much may go to unproved hosts; messages/s to a hundredth."""
    return mocks <= MOCKS and round(rate, 2) <= RATE
