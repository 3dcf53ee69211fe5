"""The whole of Redress on one machine: chain, database, IPFS node, indexer, pages.

`python -m scripts.stack up` keeps it running on the data under .redress/; `… demo` starts it on
empty data and free ports, plays one dispute through it and ends it.
"""
