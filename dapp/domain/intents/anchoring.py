"""Complaints that were signed before: batches of them, and what becomes of each."""

from collections.abc import Sequence

from dapp.domain.anchoring import MAX_LEAVES, AnchoredComplaint
from dapp.domain.events import ANCHOR, Value
from dapp.domain.intents.call import Intent, check_range, order_args
from dapp.domain.types import Address, Digest, Hash32


def anchor(root: Hash32, leaves: int, digest: Digest) -> Intent:
    """Put a batch on chain, whose file has that digest."""
    check_range("leaves", leaves, 1, MAX_LEAVES)
    return Intent(ANCHOR, "anchor", (root, leaves, digest))


def open_anchored(
    complaint: AnchoredComplaint, sender: Address, proof: Sequence[Hash32], signature: str
) -> Intent:
    """File a complaint of a sender's batch at the desk; its customer or opener."""
    return Intent(ANCHOR, "open", (_args(complaint), sender, tuple(proof), signature))


def revoke_anchored(complaint: AnchoredComplaint) -> Intent:
    """Take a complaint back that nobody has opened; its customer only."""
    return Intent(ANCHOR, "revoke", (_args(complaint),))


def _args(complaint: AnchoredComplaint) -> Value:
    terms = order_args(complaint.order)
    said = (complaint.demand, int(complaint.category), complaint.digest)
    return (terms, *said, complaint.opener, complaint.anchor_by)
