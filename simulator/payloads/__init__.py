"""Columns of readings to bytes: payloads, topics and paths of many mocks at once."""
