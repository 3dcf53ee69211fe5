"""Receipts that are not what they must be, under headers of our own that name them."""

from collections.abc import Callable, Iterator

import msgspec
import rlp
from msgspec import UNSET

from dapp.audit.format import Place, write_record
from dapp.chain.keccak import keccak
from tests.bundle_forgery import BLOOM, forged
from tests.bundle_parts import record_of
from tests.bundle_zip import Bundle
from tests.mutation import Mutation

Receipts = list[bytes]


def mutations() -> Iterator[Mutation]:
    for kind in range(5):
        yield _made(f"receipts-of-type-{kind}", "verified", *forged(kinds=(kind,)))
    yield _made("receipts-of-all-types", "verified", *forged(kinds=(0, 1, 2, 3, 4)))
    for name, change in _changes().items():
        yield _made(f"receipt-{name}", "receipt-unproven", *forged(change))
    for name, (log, transaction) in _places().items():
        bundle, trusted = forged()
        _move(bundle, log, transaction)
        yield _made(f"receipt-{name}", "receipt-unproven", bundle, trusted)
    for name, damage in _nodes().items():
        bundle, trusted = forged()
        yield _made(f"receipts-{name}", "receipt-unproven", damage(bundle), trusted)


def _changes() -> dict[str, Callable[[Receipts], None]]:
    def first(change: Callable[[bytes], bytes]) -> Callable[[Receipts], None]:
        return lambda receipts: receipts.__setitem__(0, change(receipts[0]))

    def fields(change: Callable[[list[object]], object]) -> Callable[[Receipts], None]:
        def changed(receipt: bytes) -> bytes:
            found = rlp.decode(receipt)
            change(found)
            encoded: bytes = rlp.encode(found)
            return encoded

        return first(changed)

    def log(place: int, value: object) -> Callable[[Receipts], None]:
        return fields(lambda found: found[3][1].__setitem__(place, value))  # type: ignore[index]

    return {
        "of-unknown-type": first(lambda receipt: b"\x05" + receipt),
        "of-type-zero-written": first(lambda receipt: b"\x00" + receipt),
        "of-high-type": first(lambda receipt: b"\x7f" + receipt),
        "tail": first(lambda receipt: receipt + b"\0"),
        "cut": first(lambda receipt: receipt[:-1]),
        "failed": fields(lambda found: found.__setitem__(0, b"")),
        "with-a-root": fields(lambda found: found.__setitem__(0, keccak(b"root"))),
        "status-two": fields(lambda found: found.__setitem__(0, b"\x02")),
        "gas-padded": fields(lambda found: found.__setitem__(1, b"\0\1")),
        "short-bloom": fields(lambda found: found.__setitem__(2, BLOOM[1:])),
        "no-logs": fields(lambda found: found.__setitem__(3, [])),
        "logs-no-list": fields(lambda found: found.__setitem__(3, b"logs")),
        "five-fields": fields(lambda found: found.append(b"")),
        "of-another-contract": log(0, b"\x66" * 20),
        "short-address": log(0, b"\x66" * 19),
        "short-topic": log(1, [b"\x66" * 31]),
        "five-topics": log(1, [b"\x66" * 32] * 5),
        "other-data": log(2, b"other"),
        "swapped": lambda receipts: receipts.reverse(),
    }


def _places() -> dict[str, tuple[int, int]]:
    """Log and transaction in place of the second log of the first transaction."""
    return {
        "other-log": (0, 0),
        "no-such-log": (2, 0),
        "other-transaction": (1, 1),
        "no-such-transaction": (1, 300),
    }


def _move(bundle: Bundle, log: int, transaction: int) -> None:
    record = record_of(bundle)
    assert record.events is not UNSET
    events = list(record.events)
    place = next(at for at, one in enumerate(events) if one.receipt is not UNSET)
    receipt = events[place].receipt
    assert isinstance(receipt, Place)
    moved = Place(receipt.block, log, transaction)
    events[place] = msgspec.structs.replace(events[place], receipt=moved)
    # What follows must still come later, or it would be refused for its place.
    bundle.records = [write_record(msgspec.structs.replace(record, events=events))]


def _nodes() -> dict[str, Callable[[Bundle], Bundle]]:
    def at_root(change: Callable[[list[object]], object]) -> Callable[[Bundle], Bundle]:
        """Changes the root of the receipts, and has the headers name the new one."""

        def damage(bundle: Bundle) -> Bundle:
            below = rlp.decode(bundle.headers[1])
            name = below[5]
            place = next(at for at, one in enumerate(bundle.nodes) if keccak(one) == name)
            node = rlp.decode(bundle.nodes[place])
            change(node)
            bundle.nodes[place] = rlp.encode(node)
            below[5] = keccak(bundle.nodes[place])
            return _rehashed(bundle, below)

        return damage

    def emptied(bundle: Bundle) -> Bundle:
        below = rlp.decode(bundle.headers[1])
        below[5] = keccak(b"\x80")
        return _rehashed(bundle, below)

    return {
        "child-short": at_root(lambda node: node.__setitem__(8, b"\x11" * 31)),
        "child-embedded-long": at_root(lambda node: node.__setitem__(8, [b"\x20", b"v" * 40])),
        "child-embedded-senseless": at_root(lambda node: node.__setitem__(8, [b"\x41", b"v"])),
        "root-too-long": at_root(lambda node: node.append(b"")),
        "none-in-the-block": emptied,
    }


def _rehashed(bundle: Bundle, below: list[bytes]) -> Bundle:
    trusted = rlp.decode(bundle.headers[0])
    trusted[0] = keccak(rlp.encode(below))
    bundle.headers = [rlp.encode(trusted), rlp.encode(below)]
    named = "0x" + keccak(bundle.headers[0]).hex()
    block = msgspec.structs.replace(bundle.claims.block, hash=named)
    bundle.claims = msgspec.structs.replace(bundle.claims, block=block)
    return bundle


def _made(name: str, verdict: str, bundle: Bundle, trusted: str) -> Mutation:
    # Where the block was made anew, its hash is the one to trust.
    return Mutation(name, bundle.zipped(), bundle.claims.block.hash or trusted, verdict)
