"""Damage to headers, nodes and what is claimed of the contracts."""

from collections.abc import Iterator

import msgspec
import rlp

from dapp.audit.format import Block, CaseScope, Contract
from dapp.audit.headers import read
from dapp.chain.keccak import keccak
from tests.bundle_parts import EXPECTED, data_of, parts_of
from tests.bundle_zip import Bundle
from tests.mutation import Mutation, changed, of
from tests.mutation_words import leaf_of_trail

BASE = "dispute"


def mutations() -> Iterator[Mutation]:
    yield from _blocks()
    yield from _headers()
    yield from _contracts()
    yield from _nodes()


def _blocks() -> Iterator[Mutation]:
    def number(bundle: Bundle) -> None:
        block = bundle.claims.block
        said = Block(block.hash, block.number + 1)
        bundle.claims = msgspec.structs.replace(bundle.claims, block=said)

    def hashed(bundle: Bundle) -> None:
        said = Block("0x" + "11" * 32, bundle.claims.block.number)
        bundle.claims = msgspec.structs.replace(bundle.claims, block=said)

    def chain(bundle: Bundle) -> None:
        bundle.claims = msgspec.structs.replace(bundle.claims, chain="eip155:1")

    def scope(bundle: Bundle) -> None:
        bundle.claims = msgspec.structs.replace(bundle.claims, scope=CaseScope(complaint=3))

    yield of("block-other-number", BASE, "block-unproven", changed(BASE, number))
    yield of("block-other-hash", BASE, "block-unproven", changed(BASE, hashed))
    yield of("chain-other", BASE, "trail-differs", changed(BASE, chain))
    yield of("scope-another-question", BASE, "scope-differs", changed(BASE, scope))
    other = EXPECTED["appeal"]["block_hash"]
    yield Mutation("block-trusted-is-another", data_of(BASE), other, "block-unproven")


def _headers() -> Iterator[Mutation]:
    def bit(bundle: Bundle) -> None:
        bundle.headers[0] = bundle.headers[0][:-3] + b"\0" + bundle.headers[0][-2:]

    def tail(bundle: Bundle) -> None:
        bundle.headers[1] += b"\0"

    def foreign(bundle: Bundle) -> None:
        fields = rlp.decode(bundle.headers[1])
        fields[5] = keccak(b"other receipts")
        bundle.headers[1] = rlp.encode(fields)

    def missing(bundle: Bundle) -> None:
        del bundle.headers[1]

    def swapped(bundle: Bundle) -> None:
        bundle.headers[1:3] = bundle.headers[2:0:-1]

    def twice(bundle: Bundle) -> None:
        bundle.headers.insert(1, bundle.headers[1])

    def none(bundle: Bundle) -> None:
        bundle.headers = []

    def cut(bundle: Bundle) -> None:
        bundle.headers[2] = bundle.headers[2][:-1]

    cases = {
        "header-bit": bit,
        "header-tail": tail,
        "header-of-another-chain": foreign,
        "headers-swapped": swapped,
        "header-twice": twice,
        "headers-none": none,
        "header-cut": cut,
    }
    for name, change in cases.items():
        yield of(name, BASE, "block-unproven", changed(BASE, change))
    yield of("header-missing", BASE, "receipt-unproven", changed(BASE, missing))
    unneeded = _with_parent(parts_of("default"))
    trusted = unneeded.claims.block.hash
    yield Mutation("header-unneeded", unneeded.zipped(), trusted, "bundle-form")


def _with_parent(bundle: Bundle) -> Bundle:
    """Under a block of ours, with a header that is proven and that nothing needs."""
    trusted = rlp.decode(bundle.headers[0])
    parent = list(trusted)
    number = bundle.claims.block.number
    parent[8] = (number - 1).to_bytes(2, "big").lstrip(b"\0")
    trusted[0] = keccak(rlp.encode(parent))
    bundle.headers = [rlp.encode(trusted), rlp.encode(parent)]
    block = Block("0x" + keccak(bundle.headers[0]).hex(), number)
    bundle.claims = msgspec.structs.replace(bundle.claims, block=block)
    return bundle


def _contracts() -> Iterator[Mutation]:
    def code(bundle: Bundle) -> None:
        _replace(bundle, "ComplaintDesk", code_hash="0x" + "11" * 32)

    def moved(bundle: Bundle) -> None:
        _replace(bundle, "ComplaintDesk", address="0x" + "11" * 20)

    def swapped(bundle: Bundle) -> None:
        contracts = dict(bundle.claims.contracts)
        one, two = contracts["ComplaintDesk"], contracts["OrderEscrow"]
        contracts |= {"ComplaintDesk": two, "OrderEscrow": one}
        bundle.claims = msgspec.structs.replace(bundle.claims, contracts=contracts)

    yield of("contract-other-code", BASE, "contract-unproven", changed(BASE, code))
    yield of("contract-elsewhere", BASE, "contract-unproven", changed(BASE, moved))
    yield of("contracts-swapped", BASE, "word-unproven", changed(BASE, swapped))


def _replace(bundle: Bundle, name: str, **fields: str) -> None:
    contracts: dict[str, Contract] = dict(bundle.claims.contracts)
    contracts[name] = msgspec.structs.replace(contracts[name], **fields)
    bundle.claims = msgspec.structs.replace(bundle.claims, contracts=contracts)


def _nodes() -> Iterator[Mutation]:
    root = read(parts_of(BASE).headers[0]).state_root
    trail = leaf_of_trail(parts_of(BASE), complaint=2)

    def without(name: bytes) -> Bundle:
        return changed(BASE, lambda bundle: bundle.nodes.remove(_node(bundle, name)))

    def instead(name: bytes, node: bytes) -> Bundle:
        def change(bundle: Bundle) -> None:
            bundle.nodes.remove(_node(bundle, name))
            bundle.nodes.append(node)

        return changed(BASE, change)

    leaf = _node(parts_of(BASE), trail)
    yield of("node-root-missing", BASE, "block-unproven", without(root))
    yield of("node-missing", BASE, "word-unproven", without(trail))
    yield of("node-bit", BASE, "word-unproven", instead(trail, leaf[:-1] + bytes([leaf[-1] ^ 1])))
    yield of("node-tail", BASE, "word-unproven", instead(trail, leaf + b"\0"))
    yield of("node-cut", BASE, "word-unproven", instead(trail, leaf[:-1]))
    extra = changed(BASE, lambda bundle: bundle.nodes.append(b"\xf8" + b"n" * 40))
    yield of("node-unneeded", BASE, "bundle-form", extra)
    short = changed(BASE, lambda bundle: bundle.nodes.append(b"\xc2\x20\x01"))
    yield of("node-short", BASE, "bundle-form", short)
    twice = changed(BASE, lambda bundle: bundle.nodes.append(bundle.nodes[0]))
    yield of("node-twice", BASE, "bundle-form", twice)
    unsorted = changed(BASE, lambda bundle: bundle.nodes.reverse())
    yield of("nodes-unsorted", BASE, "bundle-form", unsorted.zipped(sort=False))

    def early(bundle: Bundle) -> None:
        # All that was proven a few events earlier, for the record as it became.
        before = parts_of("early")
        bundle.headers, bundle.nodes = before.headers, before.nodes
        bundle.claims = msgspec.structs.replace(bundle.claims, block=before.claims.block)

    yield of("trail-proven-too-early", "early", "trail-differs", changed(BASE, early))

    def mixed(bundle: Bundle) -> None:
        bundle.nodes = parts_of("early").nodes

    yield of("nodes-of-an-earlier-block", BASE, "block-unproven", changed(BASE, mixed))


def _node(bundle: Bundle, name: bytes) -> bytes:
    return next(node for node in bundle.nodes if keccak(node) == name)
