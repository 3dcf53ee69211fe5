"""The auditor: takes what the API says, believes none of it, and compares it with the chain."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from eth_abi.abi import decode

from dapp.chain.abi import entries, topic0
from dapp.chain.artifacts import load
from dapp.chain.keccak import checksummed, keccak
from dapp.domain import fees, median, trail
from dapp.domain.commitments import Ballot, commitment
from dapp.domain.events import COURT, DESK, Event, Value
from dapp.domain.hearing import hear
from dapp.domain.record import record
from dapp.domain.rounds import Round, Seat
from dapp.domain.types import (
    Address,
    BlockNumber,
    ChainId,
    DisputeId,
    Hash32,
    UnixTime,
    hash32,
)
from evidence import digest_to_cid, import_file, parse
from scripts.demo.client import Api, Node
from scripts.demo.errors import DemoError
from scripts.demo.story import Played


@dataclass(frozen=True)
class Finding:
    """One thing that was checked, and what it rests on."""

    what: str
    detail: str


class Auditor:
    """Checks one case. Each check raises `DemoError` with what does not match."""

    def __init__(self, api: Api, node: Node, addresses: Mapping[str, str]) -> None:
        self._api = api
        self._node = node
        self._addresses = addresses

    def events(self, complaint: int) -> list[Event]:
        """The record as the API gives it; arguments that a trail binds are read from its words."""
        chain_id = ChainId(int(self._node.call("eth_chainId"), 16))
        body = self._api.get(f"/v1/cases/{complaint}/timeline")
        return [_event(chain_id, one) for one in body["events"]]

    def check(self, played: Played, events: Sequence[Event]) -> Iterator[Finding]:
        """All checks, in turn."""
        yield self._check_trail(played.complaint, events)
        yield self._check_ruling(events)
        yield self._check_payment(played, events)
        yield self._check_evidence(events)

    def _check_trail(self, complaint: int, events: Sequence[Event]) -> Finding:
        folded: Hash32 | None = None
        count = 0
        for event in events:
            if event.contract != DESK or not trail.is_folded(event):
                continue
            _expect("an event's contract", event.address, Address(self._addresses[DESK]))
            _expect("the complaint of an event", trail.subject(event), complaint)
            folded, count = trail.fold_event(keccak, folded, event), count + 1
        on_chain = self._word(DESK, "trail(uint64)", complaint)
        _expect(f"the trail folded from {count} events", folded, on_chain)
        return Finding("trail", f"{count} events fold to the word on chain, {on_chain[:18]}…")

    def _check_ruling(self, events: Sequence[Event]) -> Finding:
        rounds: tuple[Round, ...] = ()
        for event in events:
            if event.contract == COURT:
                rounds = hear(rounds, event, lambda position, block: None)
        ruled = _only(events, "Ruled")
        _expect("the court's record", record(keccak, rounds[-1]), Hash32(ruled.text("record")))
        for seat in rounds[-1].seats:
            self._check_opening(ruled, rounds[-1], seat)
        votes = rounds[-1].votes
        _expect("the ruling", ruled.integer("ruling"), median.ruling(votes))
        shown = ", ".join(f"{vote / 100:g} %" for vote in votes)
        return Finding(
            "ruling",
            f"seats, commitments and votes match the record; the median of {shown} "
            f"is {ruled.integer('ruling') / 100:g} %",
        )

    def _check_opening(self, ruled: Event, current: Round, seat: Seat) -> None:
        """What a seat revealed must be what it had committed to."""
        if seat.vote is None or seat.salt is None or seat.reason is None:
            return
        dispute = DisputeId(ruled.integer("complaint"))
        court = Address(self._addresses[COURT])
        ballot = Ballot(ruled.chain_id, court, dispute, current.number, seat.number)
        opened = commitment(keccak, ballot, seat.vote, seat.salt, seat.reason)
        _expect(f"the commitment of seat {seat.number}", opened, seat.commitment)

    def _check_payment(self, played: Played, events: Sequence[Event]) -> Finding:
        filed, escalated = _only(events, "Filed"), _only(events, "Escalated")
        ruled, executed = _only(events, "Ruled"), _only(events, "Executed")
        ruling = ruled.integer("ruling")
        owed = fees.organisation_cost_down(
            ruled.integer("cost"), escalated.integer("demand"), escalated.integer("offer"), ruling
        )
        award = fees.share_down(filed.integer("amount"), ruling)
        _expect("the costs paid to the customer", executed.integer("costToCustomer"), owed)
        _expect("the customer's part", executed.integer("toCustomer"), award + owed)
        _expect("what reached the customer's wallet", played.customer_gain, award + owed)
        return Finding(
            "payment", f"{_ether(award)} refund and {_ether(owed)} of the costs reached the wallet"
        )

    def _check_evidence(self, events: Sequence[Event]) -> Finding:
        digests = dict.fromkeys(
            event.text(name)
            for event in events
            for name in ("digest", "reason")
            if name in event.args and int(event.text(name), 16)
        )
        files = size = 0
        for digest in digests:
            cid = digest_to_cid(bytes.fromhex(digest[2:]))
            manifest = self._api.content(f"/ipfs/{cid}")
            _expect(f"the CID of manifest {digest}", _cid_of(manifest), str(cid))
            for item in parse(manifest).items:
                content = self._api.content(f"/ipfs/{item.cid}")
                _expect(f"the CID of {item.name}", _cid_of(content), str(item.cid))
                _expect(f"the size of {item.name}", len(content), item.size)
                files, size = files + 1, size + len(content)
        if not files:
            raise DemoError("the record has no evidence files")
        return Finding(
            "evidence", f"{len(digests)} manifests and {files} files ({size:,} bytes) re-hashed"
        )

    def _word(self, contract: str, signature: str, argument: int) -> Hash32:
        data = keccak(signature.encode())[:4] + argument.to_bytes(32, "big")
        call = {"to": self._addresses[contract], "data": "0x" + data.hex()}
        return Hash32(self._node.call("eth_call", call, "latest"))


def _event(chain_id: ChainId, body: Mapping[str, Any]) -> Event:
    words = bytes.fromhex(body["words"][2:])
    return Event(
        chain_id=chain_id,
        contract=body["contract"],
        address=Address(body["address"]),
        name=body["name"],
        args=_arguments(body["contract"], body["name"], body["topic0"], words) or body["args"],
        words=words,
        topic0=Hash32(body["topic0"]),
        block_number=BlockNumber(body["block"]),
        block_hash=Hash32(body["block_hash"]),
        timestamp=UnixTime(body["timestamp"]["unix"]),
        transaction=Hash32(body["transaction"]),
        transaction_index=0,
        log_index=body["log_index"],
    )


def _arguments(contract: str, name: str, topic: str, words: bytes) -> Mapping[str, Value]:
    """What the words say; empty where an event has dynamic arguments, and so no words."""
    events = entries(load(contract).abi, "event")
    declared = next((one for one in events if topic0(one).hex() == topic[2:]), None)
    if declared is None or declared["name"] != name:
        raise DemoError(f"{contract} has no event {name} with the topic {topic}")
    if not words:
        return {}
    inputs = declared["inputs"]
    values = decode([one["type"] for one in inputs], words)
    return {
        one["name"]: _plain(one["type"], value) for one, value in zip(inputs, values, strict=True)
    }


def _plain(kind: str, value: Any) -> Value:
    if kind == "address":
        return checksummed(bytes.fromhex(value[2:]))
    return hash32(value) if isinstance(value, bytes) else cast(Value, value)


def _cid_of(content: bytes) -> str:
    return str(import_file(io.BytesIO(content), lambda cid, block: None).cid)


def _only(events: Sequence[Event], name: str) -> Event:
    found = [event for event in events if event.name == name]
    if len(found) != 1:
        raise DemoError(f"the record has {len(found)} events {name}, not one")
    return found[0]


def _expect(what: str, given: object, expected: object) -> None:
    if given != expected:
        raise DemoError(f"{what} does not match: {given} instead of {expected}")


def _ether(wei: int) -> str:
    return f"{wei / 10**18:g} ETH"
