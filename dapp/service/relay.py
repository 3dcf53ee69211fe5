"""Takes actions that people signed, for the relay to send and pay for (`dapp.service.relayer`).

What contracts allow is asked of them: the very call that will be made is tried at the node's head.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dapp.chain import encode, signed
from dapp.chain.mempool import Mempool
from dapp.chain.node import Node
from dapp.chain.signatures import Signatures
from dapp.chain.signed import SignedCall
from dapp.domain import intents
from dapp.domain.deployment import Deployment
from dapp.domain.events import FORWARDER
from dapp.domain.types import Address, ComplaintId, Hash32, OrganisationId, Wei, raw
from dapp.errors import BudgetExhausted, InvalidInput, NodeRefused, NotFound, Refused, RelayOff
from dapp.service import views
from dapp.service.batching import batch_data, batch_gas
from dapp.service.cases import Cases
from dapp.service.clock import Clock, Wall
from dapp.service.refusals import ran_out, reason_of
from dapp.service.relay_terms import RelayTerms
from dapp.service.twins import Twins
from dapp.store.outgoing import OutgoingRows, Status
from dapp.store.relay import Budget, NewAction, Relayed, RelayRows, nonce_used

if TYPE_CHECKING:
    from dapp.service.relayer import Relayer
    from dapp.service.sender import Sender

View = dict[str, Any]

DAY_SECONDS = 86_400
_MOST_ID = 2**63 - 1
_LEAST_SECONDS = 60
"""That a signature must count for still: it waits for others, and for its block."""
_MOST_SECONDS = 30 * DAY_SECONDS
_ROOM_QUARTERS = 5
"""Of four: other slots may be written when its block comes."""
_GAS_STEP = 50_000
"""Actions that may take equally much share a transaction, so there are few kinds."""


class Relay:
    """Holds no key, so that any worker may take actions; one process sends them."""

    def __init__(
        self,
        rows: RelayRows,
        outgoing: OutgoingRows,
        node: Node,
        signatures: Signatures,
        cases: Cases,
        clock: Clock,
        wall: Wall,
        deployment: Deployment,
        terms: RelayTerms,
    ) -> None:
        self.rows = rows
        self.terms = terms
        self._outgoing = outgoing
        self._node = node
        self._mempool = Mempool(node.rpc)
        self._signatures = signatures
        self._cases = cases
        self._clock = clock
        self._wall = wall
        self._twins = Twins(node, deployment)
        self._deployment = deployment
        self._forwarder = deployment.address_of(FORWARDER)

    async def take(self, typed_data: Mapping[str, Any], signature: str) -> View:
        """Queue a signed action, once: the same one again is the one that was taken before.

        Raises:
            RelayOff: there is no relay here.
            InvalidInput: as `signed.read`; `signature-wrong`.
            Refused: `signature-expired`, `deadline-too-far`, `nonce-used`, `action-too-dear`.
            ContractRefused: the contracts do not allow it now.
            BudgetExhausted, Retryable: later.
        """
        sender = self.sender()
        call = signed.read(typed_data, signature, self._deployment)
        known = await self.rows.find(call.digest)
        if known is None:
            await self._require_signature(call)
            gas = await self._gas(sender, call)
            organisation = await self._organisation(call)
            _, fees = await self._mempool.fees()
            # The most that it can cost: alone in its transaction, and burning all that it is given.
            most = batch_gas(1, gas, len(batch_data([call.action], gas)))
            cost = Wei(most * min(fees.most, self.terms.most_fee))
            day = self.today()
            new = NewAction(call.digest, call.action, call.function, organisation, gas, cost, day)
            known = await self._charged(new)
        return await self._shown(known)

    async def show(self, id_: Hash32) -> View:
        """What became of it. Raises NotFound."""
        found = await self.rows.find(id_)
        if found is None:
            raise NotFound(
                "no signed action with this id was taken",
                remedy="Use the id that POST /v1/relay answered",
                code="relay-unknown",
            )
        return await self._shown(found)

    async def stands(self) -> View:
        """The queue, what was paid today, and what the account has. Raises Retryable."""
        address = self.terms.address
        spent = await self.rows.spent("all", "", self.today())
        balance = None if address is None else await self._mempool.balance(address)
        counts = {} if address is None else await self._outgoing.counts(address)
        return {
            "address": address,
            "balance": None if balance is None else views.wei(balance),
            "queued": await self.rows.length(),
            "transactions": {status.value: number for status, number in counts.items()},
            "spent_today": views.wei(spent),
            "day_limit": views.wei(self.terms.day),
        }

    def today(self) -> int:
        """The day whose budgets are charged, since 1970 (UTC)."""
        return int(self._wall()) // DAY_SECONDS

    def relayer(self, sender: "Sender") -> "Relayer":
        """What sends them; `sender` has the relay's address."""
        # Here: whoever only takes actions has nothing that sends.
        from dapp.service.relayer import Relayer

        return Relayer(self, sender, self._node, self._mempool, self._deployment)

    def sender(self) -> Address:
        """The account that sends. Raises RelayOff."""
        if self.terms.address is None:
            raise RelayOff(
                "nobody sends signed actions here",
                remedy="Send the transaction that POST /v1/actions/… answered from your own wallet"
                ", or give the signature to anybody else who does",
            )
        return self.terms.address

    async def _require_signature(self, call: SignedCall) -> None:
        moment = await self._node.head()
        left = call.action.deadline - moment.block.timestamp
        if left < _LEAST_SECONDS:
            raise Refused(
                "the signature's deadline is over or too near",
                remedy="Prepare the action again and sign it with a new deadline",
                code="signature-expired",
                fields={"deadline": call.action.deadline},
            )
        if left > _MOST_SECONDS:
            raise Refused(
                "the signature would count for more than 30 days",
                remedy="Sign it with a nearer deadline",
                code="deadline-too-far",
                fields={"deadline": str(call.action.deadline)},
            )
        selector = raw(call.action.action)[:4]
        if not await self._twins.takes(selector, call.data):
            raise InvalidInput(
                f"{call.function} takes no signature",
                remedy="Its actor must send the transaction",
                code="action-not-signable",
                fields={"field": "primaryType"},
            )
        await self._require_nonce(call)
        action = call.action
        by = (action.actor, call.struct, raw(action.signature))
        if not await self._signatures.is_signed(self._forwarder, *by):
            raise InvalidInput(
                f"the signature is not that of {action.actor} over this action",
                remedy="Sign with the account that acts; 65 bytes, with the lower s",
                code="signature-wrong",
                fields={"field": "signature", "actor": action.actor},
            )

    async def _require_nonce(self, call: SignedCall) -> None:
        index, bit = divmod(call.action.nonce, 256)
        data = encode.calldata(FORWARDER, "nonces", (call.action.actor, index))
        used = await self._node.simulate(self._forwarder, self._forwarder, data, 0)
        if int.from_bytes(used, "big") >> bit & 1:
            raise nonce_used()

    async def _gas(self, sender: Address, call: SignedCall) -> int:
        intent = intents.act(call.action)
        data = encode.calldata(intent.contract, intent.function, intent.args)
        try:
            # No more: an account of code can make the node's work as long as it likes.
            most = self.terms.action_gas
            found = await self._mempool.estimate(sender, self._forwarder, data, Wei(0), most=most)
        except NodeRefused as error:
            if ran_out(error):
                raise self._too_dear(None) from error
            raise reason_of(error) or error from error
        gas = found * _ROOM_QUARTERS // 4
        if gas > self.terms.action_gas:
            raise self._too_dear(gas)
        return min(-(-gas // _GAS_STEP) * _GAS_STEP, self.terms.action_gas)

    def _too_dear(self, gas: int | None) -> Refused:
        limit = self.terms.action_gas
        return Refused(
            f"the action may take {gas or 'more'} gas, and the relay pays {limit}",
            remedy="Send the transaction yourself",
            code="action-too-dear",
            fields={"gas": gas, "limit": limit},
        )

    async def _organisation(self, call: SignedCall) -> OrganisationId | None:
        """The one that the action is about, as far as the index knows."""
        values = call.data.values
        named = values.get("organisation")
        if isinstance(named, int):
            return OrganisationId(named)
        # The house dispute about a complaint bears the complaint's number.
        number = values.get("complaint", values.get("dispute"))
        if not isinstance(number, int) or number > _MOST_ID:
            return None
        try:
            return (await self._cases.find(ComplaintId(number))).case.organisation
        except NotFound:
            return None

    async def charge(self, cost: Wei, budgets: Sequence[Budget]) -> None:
        """What is sent for somebody without a signature. Raises BudgetExhausted."""
        with self._until_tomorrow():
            await self.rows.spend(cost, self.today(), budgets)

    async def _charged(self, new: NewAction) -> Relayed:
        with self._until_tomorrow():
            return await self.rows.take(new, self._budgets(new))

    @contextmanager
    def _until_tomorrow(self) -> Iterator[None]:
        try:
            yield
        except BudgetExhausted as error:
            now = int(self._wall())
            error.fields["retry_after_seconds"] = DAY_SECONDS - now % DAY_SECONDS
            raise

    def _budgets(self, new: NewAction) -> list[Budget]:
        found = [Budget("all", "", self.terms.day)]
        if new.organisation is not None:
            limit = self.terms.organisation_day
            found.append(Budget("organisation", str(new.organisation), limit))
        return [*found, Budget("signer", new.signed.actor, self.terms.signer_day)]

    async def _shown(self, one: Relayed) -> View:
        moment = await self._clock.moment()
        status = status_of(one)
        is_mined = one.batch is not None and status in ("mined", "failed")
        failed = {"code": one.error_code, "detail": one.error_text} if status == "failed" else None
        return {
            "id": one.id,
            "status": status,
            "is_final": one.is_final,
            "action": one.function,
            "actor": one.signed.actor,
            "target": one.signed.target,
            "nonce": str(one.signed.nonce),
            "deadline": views.time(one.signed.deadline),
            "taken_at": views.time(one.taken_at),
            "transaction": one.hash if is_mined else None,
            "block_number": one.block if is_mined else None,
            "reason": failed,
            **moment.stamp(),
        }


def status_of(one: Relayed) -> str:
    """`queued`, `sent`, `mined` or `failed`: as its transaction is now, reorgs included."""
    if one.outcome == "failed" and (one.batch is None or one.block_hash is None):
        return "failed" if one.is_final else "sent"
    if one.sent in (Status.MINED, Status.FAILED) and one.read_block == one.block_hash:
        return "mined" if one.outcome == "done" else "failed"
    return "queued" if one.sent in (None, Status.QUEUED) else "sent"
