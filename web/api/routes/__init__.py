"""The routes of the API, a module for each kind of thing.

Rule: a route is a paragraph: door, action, answer. What is told of a row is a schema beside it.
"""
