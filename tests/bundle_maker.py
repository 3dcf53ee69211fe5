"""Makes bundles straight from a local chain, without index or vault: the tests' own second maker.

It knows the format by docs/audit.md and shares with the verifier only what both must agree on.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET
from trie.hexary import HexaryTrie

from dapp.audit import mpt, slots
from dapp.audit.evidence import digests_of
from dapp.audit.format import (
    Block,
    CaseScope,
    Claims,
    Contract,
    EvidenceMember,
    HistoryScope,
    Members,
    OrganisationScope,
    Place,
    Record,
    RecordedEvent,
    RecordsMember,
    Scope,
    write_record,
)
from dapp.audit.order import TIMELESS, Marked, arranged, by_receipt, is_of_case
from dapp.audit.slots import HISTORY_BLOCKS, HISTORY_CONTRACT
from dapp.chain import fast_rlp, receipts
from dapp.chain.keccak import keccak
from dapp.domain import record
from dapp.domain.events import COURT, DESK, ESCROW, OUTSIDE, REGISTRY, Event
from dapp.domain.types import ComplaintId, DisputeId, OrganisationId, caip2, raw
from evidence.car import write_blocks
from evidence.cid import CID, digest_to_cid
from evidence.dag import walk
from evidence.errors import BlockMissing, EvidenceError
from evidence.manifest import parse
from tests import folding
from tests.bundle_zip import Bundle
from tests.local_chain import LocalChain

__all__ = ["Bundle", "Maker"]

_ALWAYS = {DESK, REGISTRY, ESCROW, COURT}


class Maker:
    """Makes bundles at the head of a chain.

    Args:
        chain: with the contracts on it.
        blocks: of the evidence, by CID.
    """

    def __init__(self, chain: LocalChain, blocks: Mapping[CID, bytes] | None = None) -> None:
        self._chain, self._blocks = chain, dict(blocks or {})
        # The state that the head's header names is what a proof of the head is about.
        chain.mine()
        self._number = chain.block_number()
        self.trusted = chain.header(self._number)
        self._events = folding.events(chain)
        self._nodes: dict[bytes, bytes] = {}
        self._headers: dict[int, bytes] = {}
        self._seen: set[str] = set()

    def case(self, complaint: int) -> Bundle:
        """One case."""
        return self._made(CaseScope(complaint), [self._case(complaint)])

    def organisation(self, number: int) -> Bundle:
        """An organisation and all complaints about it."""
        cases = [
            one.integer("complaint")
            for one in self._events
            if (one.contract, one.name) == (DESK, "Filed") and one.integer("organisation") == number
        ]
        self._prove(DESK, slots.organisation_trail(OrganisationId(number)))
        records = [*map(self._case, cases), self._organisation(number)]
        return self._made(OrganisationScope(number), records)

    def history(
        self, since: int | None = None, unchanged: Iterable[tuple[str, int]] = ()
    ) -> Bundle:
        """Everything; of what is unchanged only the word."""
        same = set(unchanged)
        self._prove(DESK, slots.complaint_count())
        self._prove(REGISTRY, slots.organisation_count())
        count = self._chain.call(DESK, "complaintCount")
        records = []
        for number in range(1, count + 1):
            word = self._chain.call(DESK, "trail", number)
            is_same = ("complaint", number) in same
            if is_same:
                self._prove(DESK, slots.complaint_trail(ComplaintId(number)))
            records.append(Record(complaint=number, trail=word) if is_same else self._case(number))
        for number in range(1, self._chain.call(REGISTRY, "organisationCount") + 1):
            word = self._chain.call(REGISTRY, "trail", number)
            is_same = ("organisation", number) in same
            if is_same:
                self._prove(REGISTRY, slots.registry_trail(OrganisationId(number)))
            records.append(
                Record(organisation=number, trail=word) if is_same else self._organisation(number)
            )
        return self._made(HistoryScope(since), records)

    def marked(self, complaint: int) -> list[Marked]:
        """The events of a case, in its record's order."""
        filed = next(
            one
            for one in self._events
            if (one.contract, one.name) == (DESK, "Filed") and one.args["complaint"] == complaint
        )
        key = filed.text("orderKey")
        found = [one for one in self._events if is_of_case(one, complaint, key)]
        opened = next(
            (one for one in found if (one.contract, one.name) == (OUTSIDE, "Opened")), None
        )
        ends = [one for one in found if one.contract == DESK and one.name == "Withdrawn"]
        kept = [
            one
            for one in found
            if not (one.contract == ESCROW and ends and _place(one) > _place(ends[0]))
            if not (one.contract == OUTSIDE and one.name == "Ruling" and not _about(one, opened))
        ]
        return arranged(by_receipt(kept))

    def _case(self, complaint: int) -> Record:
        marked = self.marked(complaint)
        self._prove(DESK, slots.complaint_trail(ComplaintId(complaint)))
        events = [self._recorded(*one) for one in marked]
        self._court_words(complaint)
        return Record(complaint=complaint, events=events)

    def _organisation(self, number: int) -> Record:
        events = [
            one
            for one in self._events
            if one.contract == REGISTRY and one.args.get("organisation") == number
        ]
        self._prove(REGISTRY, slots.registry_trail(OrganisationId(number)))
        return Record(organisation=number, events=[self._recorded(one, False) for one in events])

    def _court_words(self, complaint: int) -> None:
        """Of a dispute that has not ended."""
        case = folding.case(self._chain, complaint)
        if not case.rounds or case.payment is not None:
            return
        number = DisputeId(complaint)
        self._prove(COURT, slots.court_round(number))
        self._prove(COURT, slots.court_commits(number))
        for index in range(len(record.more_words(case.rounds[-1]))):
            self._prove(COURT, slots.court_seats(number, case.rounds[-1].number, index))
        if len(case.rounds) > 1:
            self._prove(COURT, slots.court_prior(number))

    def _recorded(self, event: Event, has_receipt: bool) -> RecordedEvent:
        log = self._log(event)
        self._seen.add(event.contract)
        timeless = (event.contract, event.name) in TIMELESS
        return RecordedEvent(
            contract=event.contract,
            data=log["data"],
            topics=log["topics"],
            receipt=self._receipt(event) if has_receipt else UNSET,
            time=UNSET if timeless else event.timestamp,
        )

    def _log(self, event: Event) -> dict[str, Any]:
        which = {"blockHash": event.block_hash, "address": event.address}
        logs = self._chain.rpc("eth_getLogs", which)
        found: dict[str, Any] = next(
            log for log in logs if int(log["logIndex"], 16) == event.log_index
        )
        return found

    def _receipt(self, event: Event) -> Place:
        answer = self._chain.rpc("eth_getBlockReceipts", event.block_hash)
        trie = HexaryTrie({})
        for number, one in enumerate(answer):
            receipt = msgspec.convert(one, receipts.Receipt)
            contents = [receipts._content(log) for log in receipt.logs]
            trie[_index(number)] = receipts._encode(receipt, contents)
        transaction = event.transaction_index
        proof = mpt.prove(trie.db, trie.root_hash, _index(transaction))
        self._nodes |= {name: trie.db[name] for name in proof.nodes}
        header = self._chain.header(event.block_number)
        assert raw(header.block.receipts_root) == trie.root_hash
        self._headers[event.block_number] = header.encoded
        first = int(answer[transaction]["logs"][0]["logIndex"], 16)
        return Place(block=event.block_number, log=event.log_index - first, transaction=transaction)

    def _prove(self, contract: str, *which: bytes) -> None:
        self._prove_at(self._chain.contracts[contract], *which)

    def _prove_at(self, address: str, *which: bytes) -> None:
        keys = ["0x" + slot.hex() for slot in which]
        answer = self._chain.rpc("eth_getProof", address, keys, hex(self._number))
        proofs = [answer["accountProof"], *(one["proof"] for one in answer["storageProof"])]
        nodes = [raw(node) for proof in proofs for node in proof]
        self._nodes |= {keccak(node): node for node in nodes if len(node) >= 32}

    def _made(self, scope: Scope, records: Sequence[Record]) -> Bundle:
        names = _ALWAYS | self._seen
        contracts = {}
        for name in sorted(names):
            address = self._chain.contracts[name]
            self._prove(name)
            contracts[name] = Contract(address.lower(), self._chain.code_hash(address))
        headers = self._linked()
        digests = self._digests(records)
        car = self._car(digests)
        members = Members(RecordsMember(0, "0x" + "00" * 32, 0))
        if car is not None:
            roots = [one for one in digests if digest_to_cid(raw(one)) in self._blocks]
            members = msgspec.structs.replace(
                members, evidence=EvidenceMember(roots, "0x" + "00" * 32, 0)
            )
        claims = Claims(
            block=Block(self.trusted.block.hash, self._number),
            chain=caip2(self._chain.chain_id),
            contracts=contracts,
            headers=[],
            members=members,
            nodes=[],
            schema="redress-bundle/1",
            scope=scope,
        )
        return Bundle(
            claims, headers, list(self._nodes.values()), [*map(write_record, records)], car
        )

    def _linked(self) -> list[bytes]:
        numbers = sorted(self._headers.keys() - {self._number}, reverse=True)
        above = int(self._number)
        for number in numbers:
            # Local chains are short: the head still knows every block.
            assert self._number - number <= HISTORY_BLOCKS
            if number + 1 != above:
                self._prove_at("0x" + HISTORY_CONTRACT.hex(), slots.block_hash(number))
            above = number
        return [self.trusted.encoded, *(self._headers[number] for number in numbers)]

    def _digests(self, records: Sequence[Record]) -> list[str]:
        full = [one for one in records if one.events is not UNSET]
        events = [event for one in full for event in self._events_of(one)]
        return digests_of(events)

    def _events_of(self, record: Record) -> list[Event]:
        if record.complaint is not UNSET:
            return [event for event, _ in self.marked(record.complaint)]
        mine = [one for one in self._events if one.contract == REGISTRY]
        return [one for one in mine if one.args.get("organisation") == record.organisation]

    def _car(self, digests: Sequence[str]) -> bytes | None:
        roots = [digest_to_cid(raw(one)) for one in digests]
        there = [root for root in roots if root in self._blocks]
        if not there:
            return None
        kept: dict[CID, bytes] = {}
        for root in there:
            kept[root] = self._blocks[root]
            for item in _items(kept[root]):
                try:
                    kept |= dict(walk(item, self._source))
                except BlockMissing:
                    continue
        return b"".join(write_blocks(there, kept.items()))

    def _source(self, cid: CID) -> bytes:
        if cid not in self._blocks:
            raise BlockMissing(f"{cid} is not here", cid=str(cid))
        return self._blocks[cid]


def _items(manifest: bytes) -> list[CID]:
    try:
        return [item.cid for item in parse(manifest).items]
    except EvidenceError:
        return []


def _about(ruling: Event, opened: Event | None) -> bool:
    if opened is None:
        return False
    said = (ruling.args["_arbitrator"], ruling.args["_disputeID"])
    return said == (opened.args["arbitrator"], opened.args["id"])


def _place(event: Event) -> tuple[int, int]:
    return event.block_number, event.log_index


def _index(number: int) -> bytes:
    return fast_rlp.string(number.to_bytes((number.bit_length() + 7) // 8, "big"))
