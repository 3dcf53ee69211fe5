"""The event log and the read model in PostgreSQL: the only place that knows SQL."""
