"""How far what the node said of a block is proven."""

from enum import IntEnum


class Level(IntEnum):
    """What the logs of a block, or that it has none of ours, rest on. Higher is better."""

    NODE = 0
    """The node's word: its header hashes and links, and says nothing about our logs."""
    BLOOM = 1
    """The header's bloom has every log that was given; one that was left out might not show."""
    RECEIPTS = 2
    """Proven by the header: its receipts give its root, or its bloom excludes our contracts."""
