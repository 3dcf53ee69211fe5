"""From what somebody means to do to a transaction that they can sign."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from dapp.chain import encode, reverts
from dapp.chain.mempool import Mempool
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.intents import Intent
from dapp.domain.signing import wallet_json
from dapp.domain.types import Address, Wei
from dapp.errors import BalanceTooLow, NodeRefused, NotFound, RedressError, Refused
from dapp.service import (
    plans_anchored,
    plans_appeals,
    plans_business,
    plans_case,
    plans_court,
    plans_many,
    plans_money,
    plans_promises,
    views,
)
from dapp.service.anchoring import Anchoring
from dapp.service.cases import Cases
from dapp.service.clock import Clock, Moment
from dapp.service.draws import Draws
from dapp.service.params import Params
from dapp.service.people import People
from dapp.service.plans import Desk, Filed
from dapp.service.twins import Twins
from dapp.service.words import Sentence, english, sentence

View = dict[str, Any]

PLANS = {
    **plans_business.PLANS,
    **plans_money.PLANS,
    **plans_case.PLANS,
    **plans_many.PLANS,
    **plans_promises.PLANS,
    **plans_court.PLANS,
    **plans_appeals.PLANS,
    **plans_anchored.PLANS,
}

_CATCH_UP_SECONDS = 3.0
_POLL_SECONDS = 0.03


class Prepare:
    """Holds no key: what it answers is worth nothing until its actor signs."""

    def __init__(
        self,
        cases: Cases,
        people: People,
        draws: Draws,
        clock: Clock,
        node: Node,
        deployment: Deployment,
        anchoring: Anchoring,
    ) -> None:
        self._anchoring = anchoring
        self._cases = cases
        self._people = people
        self._draws = draws
        self._clock = clock
        self._twins = Twins(node, deployment)
        self._node = node
        self._mempool = Mempool(node.rpc)
        self._deployment = deployment

    async def prepare(
        self,
        action: str,
        values: Mapping[str, Any],
        say: Callable[[Sentence], str] = english,
    ) -> View:
        """An unsigned transaction that the rules and a simulation let pass.

        `typed_data` is what `eth_signTypedData_v4` takes, for somebody else to send; None where
        an action cannot be signed. `anchored` is what a customer may sign in place of filing, for
        this service to anchor; None where it would not. `cost` is in wei: what the gas comes to
        now, and at most with the fees that are suggested; None where the node does not say.

        Raises InvalidInput, NotFound, Refused, ContractRefused, Retryable.
        """
        plan = PLANS.get(action)
        if plan is None:
            raise NotFound(
                f"there is no action {action[:40]!r}",
                remedy=f"Use one of {', '.join(PLANS)}",
                code="action-unknown",
            )
        params = Params(values)
        actor = params.address("actor")
        await self._catch_up()
        parts = (self._cases, self._people, self._draws, self._node, self._deployment)
        found = await plan(Desk(actor, params, *parts, self._anchoring))
        params.done()
        transaction = await self._transaction(actor, found.intent)
        cost = await self._cost(transaction)
        moment = await self._clock.moment()
        signed = found.signed or await self._twins.of(actor, found.intent, moment.now)
        return {
            "action": action,
            "summary": say(found.summary),
            "transaction": transaction,
            "cost": cost,
            "typed_data": None if signed is None else wallet_json(signed),
            "anchored": await self._anchored(found.filed, moment),
            "public": [say(one) for one in (sentence("your address"), *found.public)],
            **moment.stamp(),
        }

    async def _anchored(self, filed: Filed | None, moment: Moment) -> View | None:
        if filed is None:
            return None
        return await self._anchoring.prepared(
            filed.order, (filed.demand, filed.category, filed.digest), moment
        )

    async def _transaction(self, actor: Address, intent: Intent) -> View:
        to = self._deployment.address_of(intent.contract)
        data = encode.calldata(intent.contract, intent.function, intent.args)
        try:
            await self._node.simulate(actor, to, data, intent.value)
        except NodeRefused as error:
            raise _explained(error) from error
        return {
            "from": actor,
            "to": to,
            "data": "0x" + data.hex(),
            "value": str(intent.value),
            "chainId": self._deployment.chain_id,
        }

    async def _cost(self, transaction: View) -> View | None:
        data, value = bytes.fromhex(transaction["data"][2:]), int(transaction["value"])
        try:
            gas = await self._mempool.estimate(
                transaction["from"], transaction["to"], data, Wei(value)
            )
            base, fees = await self._mempool.fees()
        except (NodeRefused, BalanceTooLow):
            return None
        now, most = gas * (base + fees.tip), gas * fees.most
        return {
            "gas": gas,
            "fee": views.wei(now),
            "fee_at_most": views.wei(most),
            "value": views.wei(value),
            "total_at_most": views.wei(most + value),
        }

    async def _catch_up(self) -> None:
        """Waits a little for the index to reach the node's head: rules on old facts mislead.

        An index that stays behind is no refusal: the simulation is made at the node's head.
        """
        head = await self._node.head()
        deadline = time.monotonic() + _CATCH_UP_SECONDS
        while time.monotonic() < deadline:
            if (await self._clock.moment()).head.block_number >= head.block.number:
                return
            await asyncio.sleep(_POLL_SECONDS)


def _explained(error: NodeRefused) -> RedressError:
    """A contract's own error in words, or what the node says."""
    data = error.fields.get("data")
    if isinstance(data, str) and len(data) >= 10:
        return reverts.explain(bytes.fromhex(data[2:]))
    if "insufficient funds" in error.message.lower():
        return Refused(
            "the wallet does not hold what this costs",
            remedy="Send money to it first",
            code="insufficient-funds",
        )
    return error
