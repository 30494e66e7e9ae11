"""One SQLite file a session: the journal, its projections and snapshots. The only place that knows SQL."""
