"""Expressions and templates: from their text to what computes them over columns."""
