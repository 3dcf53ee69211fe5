"""The auditor: takes what the API says, believes none of it, and compares it with the chain."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from eth_abi.abi import decode

from dapp.audit.case import Difference, differences, fold_case
from dapp.audit.verdict import VERIFIED
from dapp.audit.verify import claims_of, verify
from dapp.chain.abi import entries, topic0
from dapp.chain.artifacts import load
from dapp.chain.keccak import checksummed, keccak
from dapp.domain import fees, median, trail
from dapp.domain.case import Case
from dapp.domain.commitments import Ballot, commitment
from dapp.domain.events import COURT, DESK, Event, Value
from dapp.domain.parts import Outcome, Payment
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
from dapp.errors import RedressError
from evidence import digest_to_cid, import_file, parse
from scripts.demo.client import Api, Node
from scripts.demo.errors import DemoError
from scripts.demo.story import Played

#: An appeal whose ruling moves by so many basis points its way gets its stake back.
MOVED_ENOUGH = 500


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
        case = fold_case(events, keccak)
        yield self._check_ruling(case)
        yield self._check_pays(case)
        yield self._check_payment(played, case)
        yield self._check_appeal(played, case)
        yield self._check_evidence(events)
        yield self._check_bundle(played.complaint)
        yield self._check_promise(played.promise)

    def _check_trail(self, complaint: int, events: Sequence[Event]) -> Finding:
        """The record is the one on chain, and all that follows from it is what was done."""
        folded: Hash32 | None = None
        count = 0
        for event in events:
            _expect("an event's contract", event.address, Address(self._addresses[event.contract]))
            if event.contract != DESK or not trail.is_folded(event):
                continue
            _expect("the complaint of an event", trail.subject(event), complaint)
            folded, count = trail.fold_event(keccak, folded, event), count + 1
        on_chain = self._word(DESK, "trail(uint64)", complaint)
        _expect(f"the trail folded from {count} events", folded, on_chain)
        for one in _differences(events, on_chain):
            _expect(one.what, one.found, one.expected)
        return Finding("trail", f"{count} events fold to the word on chain, {on_chain[:18]}…")

    def _check_ruling(self, case: Case) -> Finding:
        """Each vote is what had been hidden, and the last panel's median is the ruling."""
        for current in case.rounds:
            for seat in current.seats:
                self._check_opening(case, current, seat)
        ruled = case.ruling
        if ruled is None:
            raise DemoError("the record has no ruling")
        votes = case.rounds[-1].votes
        _expect("the ruling", ruled.share, median.ruling(votes))
        shown = ", ".join(f"{vote / 100:g} %" for vote in votes)
        before = ", ".join(f"{one.ruling / 100:g} %" for one in case.rounds if one.ruling)
        return Finding(
            "ruling",
            f"the median of {shown} is {ruled.share / 100:g} %, after {before} in the first panel",
        )

    def _check_opening(self, case: Case, current: Round, seat: Seat) -> None:
        """What a seat revealed must be what it had committed to."""
        if seat.vote is None or seat.salt is None or seat.reason is None:
            return
        court = Address(self._addresses[COURT])
        ballot = Ballot(case.chain_id, court, DisputeId(case.id), current.number, seat.number)
        opened = commitment(keccak, ballot, seat.vote, seat.salt, seat.reason)
        _expect(f"the commitment of seat {seat.number}", opened, seat.commitment)

    def _check_pays(self, case: Case) -> Finding:
        """All seats of both panels are paid by their distance from the final ruling."""
        panels = [[seat.vote for seat in one.seats] for one in case.rounds]
        expected = fees.final_pays(panels, case.rounds[0].terms)
        paid = [seat.pay_wei for one in case.rounds for seat in one.seats]
        _expect("what the arbitrators gained or lost", paid, expected)
        lost = sum(1 for pay in expected if pay < 0)
        return Finding(
            "pays", f"{len(paid)} seats of {len(panels)} panels, {lost} of which lose stake"
        )

    def _check_payment(self, played: Played, case: Case) -> Finding:
        paid = case.payment
        if paid is None:
            raise DemoError("the record has no payment")
        _expect("what reached the customer's wallet", played.customer_gain, _received(paid))
        award = fees.share_down(case.amount, paid.share)
        return Finding(
            "payment",
            f"{_ether(award)} refund and {_ether(paid.cost_to_customer)} of the costs reached the "
            "wallet",
        )

    def _check_appeal(self, played: Played, case: Case) -> Finding:
        """The ruling moved the appeal's way, so its stake belongs to whoever paid it."""
        if not case.appeals or case.ruling is None:
            raise DemoError("the record has no ruling of an appeal")
        level = case.appeals[0]
        _expect("the pot", level.higher.raised, fees.appeal_target(level.cost))
        _expect("the ruling that was appealed", level.ruling_before, case.rounds[0].ruling)
        moved = case.ruling.share - (case.rounds[0].ruling or 0)
        _expect("that the ruling moved by 500 basis points", moved >= MOVED_ENOUGH, True)
        _expect("the stake that came back", played.stake_back, level.stake)
        return Finding("appeal", f"{_ether(level.stake)} of stake came back to who had paid it")

    def _check_bundle(self, complaint: int) -> Finding:
        """The file that stands for the case without us, checked by the node's hash of its block."""
        bundle = self._api.content(f"/v1/cases/{complaint}/bundle")
        with io.BytesIO(bundle) as file:
            number = claims_of(file).block.number
            block = self._node.call("eth_getBlockByNumber", hex(number), False)
            verdict = verify(file, Hash32(block["hash"]))
        _expect("the verdict on the bundle", verdict.message or verdict.verdict, VERIFIED)
        return Finding("bundle", f"{len(bundle):,} bytes prove the case as of block {number}")

    def _check_promise(self, complaint: int) -> Finding:
        events = self.events(complaint)
        self._check_trail(complaint, events)
        case = fold_case(events, keccak)
        outcome = case.payment.outcome if case.payment else Outcome.NONE
        _expect("the outcome of the second complaint", outcome, Outcome.PLEDGE_KEPT)
        return Finding("promise", f"complaint {complaint} ended with its promise kept")

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


def _differences(events: Sequence[Event], on_chain: Hash32) -> list[Difference]:
    """As the audit finds them; a record that tells no story at all is refused as well."""
    try:
        return differences(events, on_chain, keccak)
    except (RedressError, LookupError, ValueError, AssertionError) as error:
        raise DemoError(f"the record makes no sense: {error!r}") from error


def _received(paid: Payment) -> int:
    """What the customer, who had advanced the costs, was sent."""
    return paid.to_customer + paid.from_bond


def _expect(what: str, given: object, expected: object) -> None:
    if given != expected:
        raise DemoError(f"{what} does not match: {given} instead of {expected}")


def _ether(wei: int) -> str:
    return f"{wei / 10**18:g} ETH"
