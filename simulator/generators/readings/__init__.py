"""From a generator's values to a metric's readings: shaped, at fault, on a clock of its own.

Rule: it registers no word, and imports none.
"""
