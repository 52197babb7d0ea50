"""What ``tests.benchmarks.engine`` is made of: servers, contestants, the table."""
