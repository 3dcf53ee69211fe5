"""A chain of as many complaints as are wanted: blocks whose headers, receipts and blooms fit.

It begins with the blocks of a real one, up to the first complaint; then come the houses, the
arbitrators and the complaints, 16 a block, each with one of the lives that were played. What is
made depends on the numbers alone, so a longer chain begins with the shorter one.
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from struct import Struct
from typing import Any

from dapp.chain import bloom, headers, trie
from dapp.chain.fast_rlp import sequence, string
from dapp.chain.keccak import keccak
from dapp.domain import trail
from dapp.domain.events import DESK
from dapp.domain.types import Address, word
from scripts.benches.lives import ARBITRATORS, Life, Played
from scripts.benches.moulds import Copy, Mould, mould
from tests.world import World

EACH = 16
"""Complaints filed in a block."""
_SECONDS = 900
"""From a block to the next: a million complaints are filed in 651 days."""
_GROUP = 64
"""Transactions in a block of those before the first complaint."""
_SIZES = (10, 100, 1000, 10**9)
"""A quarter of the complaints is about so many houses each."""
_FILES_EACH = 4
"""Complaints of a customer; every hundredth complaint is by one of ten who file all the time."""


@dataclass(frozen=True)
class Court:
    """How many houses and arbitrators there are, beside those that were played."""

    houses: int = 5000
    arbitrators: int = 2000


Sending = tuple[Mould, Copy]
RECORD = Struct("<QII32s")
"""Of a block in the index: where it begins, how long header and receipts are, its hash."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A transaction in its block; `gas` is that of all up to it."""

    of: Mould
    values: Sequence[bytes]
    gas: int
    bloom: bytes

    def encoded(self) -> bytes:
        """RLP of the receipt."""
        gas = string(self.gas.to_bytes((self.gas.bit_length() + 7) // 8, "big"))
        logs = sequence(self.of.logs.filled(self.values))
        kind = self.of.kind.strip(b"\0")
        return kind + sequence(b"\x01" + gas + string(self.bloom) + logs)


class LongChain:
    """Made block by block into a folder, from which `chain_server` answers.

    Args:
        world: of the real chain; its lives are played already.
        folder: gets `blocks`, `index`, `trails`.
    """

    def __init__(self, world: World, played: Played, folder: Path, court: Court) -> None:
        self._world = world
        self._played = played
        self._court = court
        self._folder = folder
        self._blocks = (folder / "blocks").open("ab")
        self._trails = array("B")
        self._copies: dict[int, Copy] = {}
        self._turns: list[tuple[int, int, Mould, bool]] = []
        self._of_desk = world.contracts[DESK]
        names = {address.lower(): name for name, address in world.contracts.items()}
        self._names = {Address(address): name for address, name in names.items()}
        self._last: dict[str, Any] = {}
        self._records: list[bytes] = []
        self.events = 0
        self.blocks = 0
        self.complaints = 0
        for number in range(played.last_block + 1):
            self._take(number)
        self._open()
        self._learn()

    def grow(self, complaints: int) -> None:
        """Blocks until so many are filed, a multiple of 16; then a server may show them."""
        while self.complaints < complaints:
            filed = self.complaints // EACH
            sent = [
                (one, self._copy((filed - offset) * EACH + slot, last))
                for offset, slot, one, last in self._turns
                if offset <= filed
            ]
            self._trails.extend(bytes(32 * EACH))
            self.complaints += EACH
            self._add(sent, _SECONDS)
        self._show()

    def close(self) -> None:
        self._blocks.close()

    @property
    def houses(self) -> int:
        return self._court.houses + 1

    @property
    def arbitrators(self) -> int:
        return self._court.arbitrators // ARBITRATORS * ARBITRATORS + ARBITRATORS

    # What was there before

    def _take(self, number: int) -> None:
        header = self._world.rpc("eth_getBlockByNumber", hex(number), False)
        receipts = self._world.rpc("eth_getBlockReceipts", hex(number))
        logs = [log for receipt in receipts for log in receipt["logs"]]
        self.events += sum(log["address"] in self._names for log in logs)
        self._write(header, json.dumps(receipts, separators=(",", ":")))

    def _open(self) -> None:
        """Houses and arbitrators beyond those that were played."""
        played = self._played
        known = {_account(played.organisation): "house"}
        house = [mould(one, known, self._names) for one in played.house]
        sent = []
        for number in range(2, self.houses + 1):
            person = _person("house", number)
            copy = Copy({"organisation": word(number), "house": person, "id": word(0)})
            sent += [(one, copy) for one in house]
        for group in range(1, self._court.arbitrators // ARBITRATORS + 1):
            for number, stake in enumerate(played.stakes, 1):
                owner = _account(Address(stake.receipt["from"]))
                copy = Copy(
                    {"owner": _person("arbitrator", group * ARBITRATORS + number), "id": word(0)},
                    shift=group * ARBITRATORS,
                )
                sent.append((mould(stake, {owner: "owner"}, self._names), copy))
        for first in range(0, len(sent), _GROUP):
            self._add(sent[first : first + _GROUP], 1)
        self._show()

    def _learn(self) -> None:
        """Which transactions a block has, by how many blocks ago their complaints were filed."""
        slots = [life for life in self._played.lives for _ in range(life.often)]
        assert len(slots) == EACH
        # Neighbours differ.
        for slot, life in enumerate(slots[at * 7 % EACH] for at in range(EACH)):
            known = self._known(life)
            last = len(life.sent) - 1
            for number, sent in enumerate(life.sent):
                offset = (sent.at - life.sent[0].at) // _SECONDS
                self._turns.append((offset, slot, mould(sent, known, self._names), number == last))

    def _known(self, life: Life) -> dict[bytes, str]:
        return {
            _account(life.customer): "customer",
            _account(self._played.organisation): "house",
            bytes.fromhex(life.key[2:]): "key",
            bytes.fromhex(life.ref[2:]): "ref",
        }

    def _copy(self, place: int, last: bool) -> Copy:
        copy = self._copies.pop(place, None) or self.copy_of(place)
        if not last:
            self._copies[place] = copy
        return copy

    def copy_of(self, place: int) -> Copy:
        """The complaint in this place, which has one number more."""
        lot = int.from_bytes(sha256(b"lot" + word(place)).digest()[:8], "big")
        house = 1 + lot % min(_SIZES[lot >> 40 & 3], self.houses)
        customer = lot % 10 if place % 100 == 0 else 10 + place // _FILES_EACH
        of = self._played.organisation
        words = {
            "id": word(place + 1),
            "organisation": word(house),
            "house": _account(of) if house == 1 else _person("house", house),
            "customer": _person("customer", customer),
            "ref": sha256(b"ref" + word(place)).digest(),
        }
        facts = (words["organisation"], word(1), words["customer"], word(0), words["ref"])
        words["key"] = keccak(b"".join(facts))
        groups = self.arbitrators // ARBITRATORS
        return Copy(words, 1 + lot % 97, lot % groups * ARBITRATORS)

    # Blocks

    def _add(self, sent: Iterable[Sending], seconds: int) -> None:
        """A block of these transactions, so long after the one before."""
        number = int(self._last["number"], 16) + 1
        now = int(self._last["timestamp"], 16) + seconds
        made, whole, gas = list[_Made](), 0, 0
        for one, copy in sent:
            values = [fill(copy, number, now) for fill in one.fills]
            found = one.bloom
            for place in one.topics:
                found |= bloom.bits(values[place])
            whole |= found
            gas += one.gas
            made.append(_Made(one, values, gas, found.to_bytes(bloom.SIZE, "big")))
            self._fold(one, copy, values, now)
        root = trie.root([one.encoded() for one in made])
        header = self._header(number, now, gas, whole, root)
        self.events += sum(one.of.count for one in made)
        self._write(header, f"[{','.join(_told(header, made))}]")

    def _fold(self, one: Mould, copy: Copy, values: Sequence[bytes], now: int) -> None:
        for fold in one.folds:
            number = int.from_bytes(copy.words["id"], "big")
            at = slice(32 * number - 32, 32 * number)
            before = self._trails[at].tobytes()
            if not any(before):
                start = trail.genesis(keccak, self._world.chain_id, self._of_desk, number)
                before = bytes.fromhex(start[2:])
            actor = values[fold.actor] if isinstance(fold.actor, int) else fold.actor
            words = keccak(fold.words.filled(values))
            after = keccak(before + fold.topic + words + actor + word(now))
            self._trails[at] = array("B", after)

    def _header(self, number: int, now: int, gas: int, logs: int, root: bytes) -> dict[str, Any]:
        header = {
            **self._last,
            "parentHash": self._last["hash"],
            "number": hex(number),
            "timestamp": hex(now),
            "gasUsed": hex(gas),
            "gasLimit": hex(max(gas, 36_000_000)),
            "receiptsRoot": "0x" + root.hex(),
            "logsBloom": "0x" + logs.to_bytes(bloom.SIZE, "big").hex(),
            "transactions": [],
        }
        header["hash"] = "0x" + keccak(headers.encode(header)).hex()
        return header

    def _write(self, header: dict[str, Any], receipts: str) -> None:
        parts = json.dumps(header, separators=(",", ":")).encode(), receipts.encode()
        name = bytes.fromhex(header["hash"][2:])
        self._records.append(RECORD.pack(self._blocks.tell(), *map(len, parts), name))
        for part in parts:
            self._blocks.write(part)
        self._last = header
        self.blocks += 1

    def _show(self) -> None:
        """The blocks first: whoever reads the index finds what it speaks of."""
        self._blocks.flush()
        (self._folder / "trails").write_bytes(self._trails.tobytes())
        with (self._folder / "index").open("ab") as index:
            index.write(b"".join(self._records))
        self._records.clear()


def _told(header: Mapping[str, Any], made: Iterable[_Made]) -> Iterator[str]:
    """The receipts as JSON."""
    block, number, now = (header[name][2:] for name in ("hash", "number", "timestamp"))
    first = 0
    for place, one in enumerate(made):
        name = sha256(f"{number} {place}".encode()).hexdigest()
        own = [block, number, now, name, f"{place:x}", f"{one.gas:x}", one.bloom.hex()]
        indexes = [f"{first + index:x}" for index in range(one.of.count)]
        yield one.of.told.filled([*(value.hex() for value in one.values), *own, *indexes])
        first += one.of.count


def _account(address: Address) -> bytes:
    return word(int(address, 16))


def _person(kind: str, number: int) -> bytes:
    """The account of somebody, as a word."""
    return sha256(f"{kind} {number}".encode()).digest()[12:].rjust(32, b"\0")
