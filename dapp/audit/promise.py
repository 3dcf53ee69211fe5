"""Whether a receipt was kept: the leaf is in a batch in time, or whose fault it is that not.

The verdict is one of `CODES` (docs/audit.md, *Receipts*).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dapp.audit.batch_list import Listed
from dapp.chain.keccak import checksummed, keccak
from dapp.domain import anchor_file
from dapp.domain.anchoring import LAST_ANCHOR_BY, Batch, Receipt, receipt_data
from dapp.domain.merkle import Tree
from dapp.domain.signing import NAME, VERSION, Place, TypedData
from dapp.domain.types import Address, BlockNumber, ChainId, Digest, Hash32, UnixTime, raw
from dapp.errors import InvalidInput

SCHEMA = "redress-promise/1"
_MOST_CHAIN_ID = 2**63 - 1
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
KEPT = "kept"
CODES = (KEPT, "broken", "file-withheld", "not-yet-due", "taken-back", "unproven")

FileOf = Callable[[Digest], bytes | None]
"""A batch's file by the digest of its manifest; None where it is not to be had."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A signed receipt.

    Attributes:
        place: where its signature counts.
        signature: of `receipt_data`.
    """

    receipt: Receipt
    place: Place
    signature: bytes

    @property
    def data(self) -> TypedData:
        """What was signed."""
        return receipt_data(self.place, self.receipt)


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the leaf stands: `proof` leads from it to the batch's root."""

    batch: int
    root: Hash32
    anchored_at: UnixTime
    proof: tuple[Hash32, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A batch whose file is not to be had (`missing`), or is not under its root (`differs`)."""

    batch: int
    root: Hash32
    digest: Digest
    why: str


@dataclass(frozen=True, slots=True)
class PromiseVerdict:
    """Attributes: block: what is said is said as of it; None where that is not proven."""

    verdict: str
    message: str
    leaf: Hash32
    sender: Address
    anchor_by: UnixTime
    block: BlockNumber | None = None
    kept: Kept | None = None
    withheld: tuple[Withheld, ...] = ()
    schema: str = SCHEMA


def read(value: object) -> Promise:
    """A receipt as the service gives it: `typed_data` and `signature`, perhaps within more.

    Raises InvalidInput: `receipt-malformed`.
    """
    try:
        found = _inner(value)
        domain, message = found["typed_data"]["domain"], found["typed_data"]["message"]
        if (domain["name"], domain["version"]) != (NAME, VERSION):
            raise ValueError("of another application")
        receipt = Receipt(
            leaf=Hash32(_hex(message["leaf"], 32)),
            anchor=checksummed(raw(_hex(message["anchor"], 20))),
            sender=checksummed(raw(_hex(message["sender"], 20))),
            anchor_by=UnixTime(_number(message["anchorBy"], LAST_ANCHOR_BY)),
        )
        forwarder = checksummed(raw(_hex(domain["verifyingContract"], 20)))
        place = Place(ChainId(_number(domain["chainId"], _MOST_CHAIN_ID)), forwarder)
        return Promise(receipt, place, bytes.fromhex(found["signature"][2:]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInput("this is no receipt", code="receipt-malformed") from error


def judge(promise: Promise, listed: Listed, file_of: FileOf) -> PromiseVerdict:
    """What became of a promise whose signature is its sender's."""
    said = promise.receipt
    due = [one for one in listed.batches if one.anchored_at <= said.anchor_by]
    withheld: list[Withheld] = []
    for batch in due:
        tree = _tree(batch, file_of, withheld)
        proof = _proof(tree, said.leaf)
        if proof is not None:
            kept = Kept(batch.number, batch.root, batch.anchored_at, proof)
            return verdict(promise, KEPT, f"it is in batch {batch.number}", listed, kept=kept)
    if listed.now <= said.anchor_by:
        return verdict(promise, "not-yet-due", "its time is not over at that block", listed)
    if listed.is_spent:
        message = "it is in no batch in time, and its customer took it back or it was opened"
        return verdict(promise, "taken-back", message, listed)
    if withheld:
        numbers = ", ".join(str(one.batch) for one in withheld)
        message = f"whether it is in batch {numbers} cannot be told: whoever anchors owes the file"
        return verdict(promise, "file-withheld", message, listed, withheld=tuple(withheld))
    message = f"it is in none of the {len(due)} batches that were anchored in time"
    return verdict(promise, "broken", message, listed)


def verdict(
    promise: Promise, code: str, message: str, listed: Listed | None = None, **more: Any
) -> PromiseVerdict:
    """The verdict with this code."""
    said = promise.receipt
    block = None if listed is None else listed.block
    return PromiseVerdict(code, message, said.leaf, said.sender, said.anchor_by, block, **more)


def _tree(batch: Batch, file_of: FileOf, withheld: list[Withheld]) -> Tree | None:
    """None where the file is missing or not under the root; that is noted."""
    data = file_of(batch.digest)
    tree = None
    if data is not None:
        try:
            leaves = [one.leaf for one in anchor_file.read(keccak, data)[1]]
            tree = Tree(keccak, leaves) if len(leaves) == batch.leaves else None
        except InvalidInput:
            tree = None
    if tree is None or tree.root != batch.root:
        why = "missing" if data is None else "differs"
        withheld.append(Withheld(batch.number, batch.root, batch.digest, why))
        return None
    return tree


def _proof(tree: Tree | None, leaf: Hash32) -> tuple[Hash32, ...] | None:
    try:
        return None if tree is None else tuple(tree.proof(leaf))
    except KeyError:
        return None


def _inner(value: object) -> Mapping[str, Any]:
    """Through `anchored` and `receipt`, as the API wraps it."""
    for name in ("anchored", "receipt"):
        if isinstance(value, dict) and name in value and "typed_data" not in value:
            value = value[name]
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def _number(value: object, most: int) -> int:
    """As it was signed. An int of any size would not do: what is signed is a number modulo 2**256,
    so a promise for next week is, word for word, one for a time long ago."""
    text = str(value) if type(value) in (int, str) else ""
    if not _DECIMAL.fullmatch(text) or int(text) > most:
        raise ValueError("no number that fits")
    return int(text)


def _hex(text: str, size: int) -> str:
    if not text.startswith("0x") or len(raw(text)) != size:
        raise ValueError("of another size")
    return text.lower()
