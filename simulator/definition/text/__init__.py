"""From a document's text to plain data in the present version of the language, and back."""
