"""Points, lines and areas of the Earth, and how things move along them.

Rule: it registers no word, and imports none.
"""
