"""Replays a disaster and a flash crowd against two rules of scaling, in simulated time."""
