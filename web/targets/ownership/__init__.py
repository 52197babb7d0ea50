"""Whose a target is: keys, the ways to prove it, and what may be done before it is proved."""
