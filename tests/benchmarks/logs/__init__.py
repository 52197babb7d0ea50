"""The log of a run: how large it is, how fast it is searched and written as a file."""
