"""Runs code that a model wrote so that it can hurt nobody."""
