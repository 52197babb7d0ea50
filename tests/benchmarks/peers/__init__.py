"""Load generators of others, each a small program that the benchmark runs in its own process."""
