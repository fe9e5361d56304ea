"""Measurements on the local Google: each module is a command that prints a table."""
