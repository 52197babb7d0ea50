"""What ``run`` is made of: the job, the processes that do it, and what is told of it meanwhile.

Rule: only ``commands/run.py`` imports it.
"""
