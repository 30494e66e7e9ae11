"""Finds out whether the program in a workspace runs: gates in order, each with its evidence."""
