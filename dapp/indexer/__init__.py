"""Follows a chain into the database: backfill, head, reorgs, comparison with the chain."""
