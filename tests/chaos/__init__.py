"""Thousands of mocks while the product's parts are killed, frozen and cut off by a seeded plan.

Rule: real parts, and processes as the Procfile has them; what is claimed, somebody else counted.
"""
