"""The indexer, and the vault, against everything that chains, nodes, databases, disks and signals do
to them."""
