"""The indexer against everything that chains, nodes, databases and signals do to it."""
