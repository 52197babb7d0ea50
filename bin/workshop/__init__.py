"""Everything that bin/demo and bin/test need around the product: servers, supervisor, counters.

Rule: nothing in ``simulator`` or ``web`` knows of this package.
"""
