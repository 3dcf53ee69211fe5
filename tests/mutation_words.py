"""Where in a bundle's nodes a word of the desk is."""

from dapp.audit import mpt, slots
from dapp.audit.headers import read
from dapp.audit.state import Nodes, account
from dapp.chain.keccak import keccak
from dapp.domain.types import ComplaintId, raw
from tests.bundle_zip import Bundle


def leaf_of_trail(bundle: Bundle, complaint: int) -> bytes:
    """The hash of the last node on the way to a complaint's trail."""
    return way_to_trail(bundle, complaint)[-1]


def way_to_trail(bundle: Bundle, complaint: int) -> tuple[bytes, ...]:
    """The hashes of the nodes in the desk's storage on the way to a complaint's trail."""
    known = {keccak(node): node for node in bundle.nodes}
    nodes = Nodes(sorted(bundle.nodes, key=keccak))
    address = raw(bundle.claims.contracts["ComplaintDesk"].address)
    found = account(nodes, read(bundle.headers[0]).state_root, address)
    key = keccak(slots.complaint_trail(ComplaintId(complaint)))
    return mpt.prove(known, found.storage_root, key).nodes


def state_nodes(bundle: Bundle, complaint: int) -> list[bytes]:
    """The nodes that accounts and the complaint's trail need, without those of receipts."""
    known = {keccak(node): node for node in bundle.nodes}
    root = read(bundle.headers[0]).state_root
    kept = dict.fromkeys(way_to_trail(bundle, complaint))
    for contract in bundle.claims.contracts.values():
        kept |= dict.fromkeys(mpt.prove(known, root, keccak(raw(contract.address))).nodes)
    return [known[name] for name in kept]
