"""What it costs that runs survive, and how long it takes: real processes, real servers."""
