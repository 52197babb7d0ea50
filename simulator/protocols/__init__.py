"""Bytes in, events out: one package a protocol.

Rule: no socket, no loop, no clock; a session is given bytes and answers with events and bytes.
"""
