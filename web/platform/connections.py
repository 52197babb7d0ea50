"""Connections to the database of threads that live long and ask often: a tower's.

Rule: one a thread for as long as it works. Opening one takes 4 ms of CPU behind a pooler, more than
all that is asked over it in a second; a request's are opened and closed as Django has it.
"""

from django.db import connections


def keep() -> None:
    """Keep this thread's connections, however old, but for those that failed.

    To be called before work, and after an error; a connection that does not answer any more is
    opened anew by the next question. One in a transaction is left to whoever began that.
    """
    for each in connections.all(initialized_only=True):
        if each.in_atomic_block:  # Django would take it for one that was not given back, and close
            continue
        each.close_at = None  # what CONN_MAX_AGE says is for threads that answer requests
        each.close_if_unusable_or_obsolete()
