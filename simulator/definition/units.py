"""Quantities as people write them: durations, chances, clock times, speeds.

Rule: text in, SI numbers out; every refusal names what is allowed.
"""
