"""Checks a record against the chain: needs neither a database nor a node of ours."""
