"""What several words are built of: what they share, remember and count.

Rule: it registers no word, and imports none.
"""
