"""What became of a transaction: the one read that asks the node."""

from collections.abc import Sequence
from typing import Any

from dapp.chain.sent import Mined, Sent, Transactions
from dapp.domain import waiting
from dapp.domain.deployment import Deployment
from dapp.domain.events import Event
from dapp.domain.types import BlockNumber, Hash32, caip2
from dapp.domain.waiting import Fee, Reason
from dapp.errors import NodeRefused, NotFound, RedressError, Retryable
from dapp.service import told, views
from dapp.service.answers import Answer
from dapp.service.clock import Clock, Moment
from dapp.store.queries import Queries
from dapp.store.subjects import COMPLAINT, ORDER, ORGANISATION, subjects_of

View = dict[str, Any]

_PAGES = {COMPLAINT: "cases", ORDER: "orders", ORGANISATION: "organisations"}
_SAYS = {
    Reason.REPLACED: "Another transaction with the same nonce was mined; this one never will be",
    Reason.NONCE_GAP: "Earlier transactions of the same sender must be mined first",
    Reason.FEE_TOO_LOW: "It pays less than the base fee, and waits until that falls",
    Reason.TIP_TOO_LOW: "Its tip is so low that others are taken first",
    Reason.FUNDS_TOO_LOW: "The sender has less than its value and gas may take",
}


class TransactionReads:
    def __init__(
        self, queries: Queries, clock: Clock, node: Transactions, deployment: Deployment
    ) -> None:
        """`deployment` says which chain, and which addresses are ours."""
        self._queries = queries
        self._clock = clock
        self._node = node
        self._chain = caip2(deployment.chain_id)
        self._ours = {contract.address for contract in deployment.contracts}

    @property
    def chain(self) -> str:
        """By CAIP-2; the only one that is known here."""
        return self._chain

    async def show(self, chain: str, name: Hash32) -> Answer:
        """Unknown, pending, failed or confirmed, with our events in it.

        Raises:
            NotFound: `chain-unknown`.
            Retryable: the index is empty or away.
        """
        if chain != self._chain:
            raise NotFound(
                f"{chain[:40]!r} is no chain that is known here",
                remedy=f"Known here: {self._chain}",
                code="chain-unknown",
                fields={"chains": [self._chain]},
            )
        events, moment = await self._clock.read(lambda: self._queries.transaction(name))
        try:
            found = {**await self._asked(name), "node": None}
        except (NodeRefused, Retryable) as error:
            found = {**_indexed(events), "node": {"code": error.code, "detail": error.message}}
        content = {
            "chain": self._chain,
            "hash": name,
            **found,
            **_depth(found.get("block") or _block_of(events), moment),
            "events": [
                {**told.event(one, moment.head), "links": _links(one)}
                for one in events
                if found.get("block_hash") in (None, one.block_hash)
            ],
        }
        return Answer(content, moment, lasts=False)

    async def _asked(self, name: Hash32) -> View:
        """What the node says. Raises NodeRefused, Retryable."""
        sent = await self._node.find(name)
        if sent is None:
            return {"status": "unknown"}
        facts = _facts(sent)
        mined = await self._node.mined(name)
        if mined is None:
            return {"status": "pending", **facts, "waiting": await self._waiting(sent)}
        facts |= {
            "block": mined.block_number,
            "block_hash": mined.block_hash,
            "gas_used": mined.gas_used,
            "cost": views.wei(mined.gas_used * mined.price),
        }
        if mined.succeeded:
            return {"status": "confirmed", **facts}
        return {"status": "failed", **facts, "failure": await self._failure(sent, mined)}

    async def _failure(self, sent: Sent, mined: Mined) -> View:
        is_ours = sent.to in self._ours
        if mined.gas_used >= sent.gas:
            said = "It ran out of gas: send it again with a higher limit"
            return {"code": "out-of-gas", "detail": said, "is_ours": is_ours}
        try:
            refused = await self._node.why(sent, mined)
        except RedressError as error:
            said = f"The node cannot run it again at the block before: {error.message}"
            return {"code": "reason-unknown", "detail": said, "is_ours": is_ours}
        if refused is None:
            said = "It would pass at the block before: something earlier in its own came first"
            return {"code": "overtaken", "detail": said, "is_ours": is_ours}
        shown = {key: told.argument(value) for key, value in refused.fields.items()}
        found = {"code": refused.code, "detail": refused.message, "fields": shown}
        return {**found, "is_ours": is_ours}

    async def _waiting(self, sent: Sent) -> View:
        market = await self._node.market(sent.sender)
        offered = Fee(sent.max_fee, sent.tip)
        needed = sent.value + sent.gas * sent.max_fee
        nonces, funds = (sent.nonce, market.next_nonce), (needed, market.balance)
        found = waiting.reasons(offered, market.base_fee, nonces, funds)
        better = waiting.resend(offered, market.base_fee)
        is_over = Reason.REPLACED in found
        return {
            "reasons": [{"code": str(one), "detail": _SAYS[one]} for one in found],
            "base_fee": views.wei(market.base_fee),
            "next_nonce": market.next_nonce,
            "ahead": max(0, sent.nonce - market.next_nonce),
            # With the same nonce, so that only one of the two is ever mined.
            "resend": None
            if is_over
            else {
                "nonce": sent.nonce,
                "max_fee_per_gas": views.wei(better.max_fee),
                "max_priority_fee_per_gas": views.wei(better.tip),
            },
        }


def _facts(sent: Sent) -> View:
    return {
        "from": sent.sender,
        "to": sent.to,
        "nonce": sent.nonce,
        "value": views.wei(sent.value),
        "gas": sent.gas,
        "max_fee_per_gas": views.wei(sent.max_fee),
        "max_priority_fee_per_gas": views.wei(sent.tip) if sent.has_tip else None,
    }


def _indexed(events: Sequence[Event]) -> View:
    """What the index alone knows: one with events of ours was mined, and did not fail."""
    return {"status": "confirmed" if events else "unknown"}


def _block_of(events: Sequence[Event]) -> int | None:
    return events[0].block_number if events else None


def _depth(block: int | None, moment: Moment) -> View:
    """How deep its block lies below the index's head, and whether the index has it."""
    if block is None:
        return {}
    head = moment.head
    is_indexed = block <= head.block_number
    return {
        "block": block,
        "indexed": is_indexed,
        "confirmations": max(0, head.block_number - block + 1),
        "block_finality": head.finality_of(BlockNumber(block)) if is_indexed else "latest",
    }


def _links(event: Event) -> list[str]:
    found = [one for one in subjects_of(event) if one.kind in _PAGES]
    return [f"/v1/{_PAGES[one.kind]}/{one.key}" for one in found]
