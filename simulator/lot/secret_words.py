"""Placeholders that stand for a mock's secrets in what it says first.

Rule: they are filled in for each connection by whoever opens it, for a secret may change.
"""

SECRET_WORDS = ("{token}", "{password}", "{username}")
