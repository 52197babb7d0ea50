"""bin/rehearse: stands in for the platform on one machine, and runs the main job through it.

Rule: the product is met as on the platform: built from what is committed, configured by variables
alone, reached through the router, and told to end by signals.
"""
