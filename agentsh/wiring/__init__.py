"""The one place that builds everything from settings: sessions, providers, shelves."""
