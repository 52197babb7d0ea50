"""Signals to every process of a dyno."""

from workshop.crowd import kill_all, pids_of, send_all

__all__ = ["kill_all", "pids_of", "send_all"]
