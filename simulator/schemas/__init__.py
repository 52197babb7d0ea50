"""What the schemas of binary formats say; each format's library is imported when one is read."""
