"""Quantities as people write them: durations, chances, units, moments of a clock, zones."""
