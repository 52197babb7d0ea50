"""What makes the reference out of the models: tables, pictures, pages. ``docs/make.py`` runs it.

Rule: what a page says of a word comes from the model that reads the word; the parts say the rest.
"""
