"""A history of any length under a block of our own: any number of cases, each of many events."""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import rlp
from eth_abi.abi import encode
from trie.hexary import HexaryTrie

from dapp.audit import mpt, slots
from dapp.audit.format import (
    Block,
    Contract,
    HistoryScope,
    Members,
    Record,
    RecordedEvent,
    RecordsMember,
    write_record,
)
from dapp.chain.abi import entries, topic0
from dapp.chain.artifacts import load
from dapp.chain.decode import Decoder
from dapp.chain.keccak import checksummed, keccak
from dapp.domain import trail
from dapp.domain.events import DESK, ESCROW, Event, RawLog
from dapp.domain.types import (
    ZERO_HASH,
    BlockNumber,
    ChainId,
    ComplaintId,
    Hash32,
    UnixTime,
    hash32,
    raw,
    word,
)
from tests.bundle_parts import parts_of
from tests.bundle_zip import Bundle

CUSTOMER = b"\xc1" * 20
START = UnixTime(1_700_000_000)
CODE = keccak(b"code")
AMOUNT = 10**18
ANSWER_HOUR = 1 << 208
"""Of a policy's word."""

Told = tuple[RecordedEvent, Event]


class Masses:
    """Cases that were filed, and then given evidence again and again."""

    def __init__(self, cases: int, events: int) -> None:
        base = parts_of("armed")
        self.claims, self._header = base.claims, base.headers[0]
        self.addresses = {
            name: checksummed(raw(one.address)) for name, one in base.claims.contracts.items()
        }
        self._decode = Decoder(ChainId(base.claims.chain_id), self.addresses)
        self._cases, self._events = cases, events
        self._desk = HexaryTrie({})

    def bundle(self) -> tuple[Bundle, Hash32]:
        """The bundle and the block to trust."""
        records = list(self._records())
        self._put(self._desk, slots.complaint_count(), self._cases)
        desk, nodes = self._desk.root_hash, dict(self._desk.db)
        accounts = HexaryTrie({})
        for name, address in self.addresses.items():
            root = desk if name == DESK else mpt.EMPTY_ROOT
            accounts[keccak(raw(address))] = rlp.encode([1, 0, root, CODE])
        nodes |= accounts.db
        fields = rlp.decode(self._header)
        fields[3] = accounts.root_hash
        fields[11] = word(START + 10**6).lstrip(b"\0")
        header: bytes = rlp.encode(fields)
        trusted = hash32(keccak(header))
        names = ("ArbitrationCourt", DESK, ESCROW, "OrganisationRegistry")
        contracts = {name: Contract(self.addresses[name].lower(), hash32(CODE)) for name in names}
        claims = msgspec.structs.replace(
            self.claims,
            block=Block(trusted, self.claims.block.number),
            contracts=contracts,
            members=Members(RecordsMember(0, ZERO_HASH, 0)),
            scope=HistoryScope(None),
        )
        used = self._used(nodes, accounts.root_hash, desk)
        return Bundle(claims, [header], used, records, None), trusted

    def _used(self, nodes: dict[bytes, bytes], accounts: bytes, desk: bytes) -> list[bytes]:
        ways = [mpt.prove(nodes, accounts, keccak(raw(one))) for one in self.addresses.values()]
        wanted = [slots.complaint_trail(ComplaintId(one + 1)) for one in range(self._cases)]
        wanted.append(slots.complaint_count())
        ways += [mpt.prove(nodes, desk, keccak(slot)) for slot in wanted]
        return [nodes[name] for name in dict.fromkeys(name for way in ways for name in way.nodes)]

    def _records(self) -> Iterator[bytes]:
        for number in range(1, self._cases + 1):
            paid, *told = self.told(number)
            folded: Hash32 | None = None
            recorded = [paid[0]]
            for one, event in told:
                folded = trail.fold_event(keccak, folded, event)
                recorded.append(one)
            assert folded is not None
            self._put(self._desk, slots.complaint_trail(ComplaintId(number)), int(folded, 16))
            yield write_record(Record(complaint=number, events=recorded))

    def told(self, number: int) -> Iterator[Told]:
        """A case: its payment, then what the desk says."""
        paid = self.paid(number)
        yield paid
        at = START + 100
        yield self.filed(number, paid, at)
        for place in range(self._events - 2):
            said = ("Contested",) if place else ("Acknowledged", True, bytes(32))
            yield self.event(DESK, said[0], at + place, number, CUSTOMER, *said[1:])

    def paid(self, number: int) -> Told:
        """An order's payment, at START."""
        terms = (1, CUSTOMER, 1, bytes(20), word(number), AMOUNT)
        return self.event(ESCROW, "Paid", START, keccak(word(number)), *terms)

    def filed(self, number: int, paid: Told, at: int, policy: int = ANSWER_HOUR) -> Told:
        """The filing about it; a policy of one hour to answer."""
        order = raw(trail.fold_event(keccak, None, paid[1]))
        terms = (order, 1, policy, AMOUNT, 8000, 2, at, at + 3600, bytes(32))
        return self.event(DESK, "Filed", at, number, 1, CUSTOMER, keccak(word(number)), *terms)

    def event(self, contract: str, name: str, at: int, *values: object) -> Told:
        """As it is recorded, and as it is read."""
        entry = next(one for one in entries(load(contract).abi, "event") if one["name"] == name)
        kinds = [(one["type"], one["indexed"]) for one in entry["inputs"]]
        words = [encode([kind], [value]) for (kind, _), value in zip(kinds, values, strict=True)]
        topics = [one for one, (_, indexed) in zip(words, kinds, strict=True) if indexed]
        data = b"".join(one for one, (_, indexed) in zip(words, kinds, strict=True) if not indexed)
        log = RawLog(
            self.addresses[contract],
            (topic0(entry), *topics),
            data,
            BlockNumber(0),
            ZERO_HASH,
            UnixTime(at),
            ZERO_HASH,
            0,
            0,
        )
        event = self._decode(log)
        assert event is not None
        texts = ["0x" + topic.hex() for topic in log.topics]
        return RecordedEvent(contract, "0x" + data.hex(), texts, time=at), event

    @staticmethod
    def _put(trie: HexaryTrie, slot: bytes, value: int) -> None:
        trie[keccak(slot)] = rlp.encode(word(value).lstrip(b"\0"))


if __name__ == "__main__":
    made, block = Masses(int(sys.argv[1]), int(sys.argv[2])).bundle()
    Path(sys.argv[3]).write_bytes(made.zipped())
    print(block)
