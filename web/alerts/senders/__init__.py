"""The ways that a notice leaves, one module a kind. A sender never raises for the far side."""
