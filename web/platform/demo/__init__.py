"""A workspace to begin with: three devices, their recordings, two targets and two lots.

For bin/demo and for review apps. Everything is made by the actions that the console's forms call.
"""
