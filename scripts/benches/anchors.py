"""What complaints cost that are signed and anchored with others, and opened one by one."""

from collections.abc import Iterator

from dapp.chain.keccak import keccak
from dapp.domain.anchoring import AnchoredComplaint, complaint_data
from dapp.domain.events import ANCHOR
from dapp.domain.merkle import Tree
from dapp.domain.signing import wallet_json
from dapp.domain.types import Address, Digest, Hash32, hash32, word
from scripts.benches.disputes import MeteredWorld
from tests.anchored import complaint, facts, leaf, place
from tests.world import digest

LEAVES = 4096
PROTOTYPE = {"anchor_each": 12.7, "open": 136_000, "file": 96_000}
"""What an earlier prototype used, with a desk that did less; filing is without evidence."""


def play(world: MeteredWorld) -> dict[str, int]:
    """Batches of 4 096 by the organisation, two of whose complaints are opened.

    `anchor` is a batch after its sender's first, `open` is by the customer, `open signed` by a
    bystander with the customer's signature. The order before each of them was paid, too.
    """
    spent: dict[str, int] = {}
    for name in ("open", "open signed"):
        one = complaint(world, world.pay(world.house))
        tree = Tree(keccak, [leaf(world, one), *_others()])
        args = (tree.root, LEAVES, Digest(digest("batch")))
        spent["anchor"] = _gas(world.send(world.organisation, ANCHOR, "anchor", args))
        sender, signature = one.order.customer, "0x"
        if name == "open signed":
            sender, signature = world.bystander, _signature(world, one)
        spent[name] = _open(world, one, tree, sender, signature)
    return spent


def _open(
    world: MeteredWorld, one: AnchoredComplaint, tree: Tree, sender: Address, signature: str
) -> int:
    proof = tree.proof(leaf(world, one))
    return _gas(
        world.send(sender, ANCHOR, "open", (facts(one), world.organisation, proof, signature))
    )


def _signature(world: MeteredWorld, one: AnchoredComplaint) -> str:
    data = complaint_data(place(world), world.contracts[ANCHOR], one)
    signed: str = world.rpc("eth_signTypedData_v4", one.order.customer, wallet_json(data))
    return signed


def _others() -> Iterator[Hash32]:
    return (hash32(keccak(word(number))) for number in range(1, LEAVES))


def _gas(receipt: dict[str, str]) -> int:
    return int(receipt["gasUsed"], 16)
