"""Puts another value in a module's place, for entries that run the function otherwise than it is deployed."""

from __future__ import annotations


def put(place: object, name: str, value: object) -> None:
    """The name stands for this value from now on. It must be there: a guard that moved is not taken out."""
    if not hasattr(place, name):
        raise AttributeError(f"{place} has no {name} any more: say anew what this entry changes.")
    setattr(place, name, value)
