"""The indexer, and the vault, against all that chains, nodes, databases, disks and signals do."""
