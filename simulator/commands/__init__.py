"""The command line: one module a command, each with ``arguments(parser)`` and ``main(options)``.

Rule: a module is imported only when its command is asked for, so that ``check`` never waits for
what ``run`` needs.
"""
