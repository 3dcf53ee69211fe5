"""Whether a keeper does a step that is due: it is tried at the pending block, and weighed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from dapp.chain import encode
from dapp.chain.mempool import Mempool
from dapp.chain.node import Node
from dapp.domain.chores import ALL_CHORES, PAYING, Chore, Step
from dapp.domain.deployment import Deployment
from dapp.domain.events import DESK
from dapp.domain.intents import Intent
from dapp.domain.types import NO_ACCOUNT, NOTHING, Address, Wei
from dapp.errors import ChainMoved, NodeRefused
from dapp.service.refusals import reason_of

_MOST_DELIVERY_GAS = 1_500_000
"""A delivery goes to a stranger's contract; the court itself gives it a million."""
_OF_STRANGERS = frozenset({Chore.DELIVER, Chore.OPEN})
"""A customer's account may be a contract too, and is asked whether it signed."""
_ROOM_QUARTERS = 5
"""Of four, as the sender has it."""


class Outcome(StrEnum):
    """What became of a step that is due."""

    READY = "ready"
    """It would be sent; so it says only where nothing is."""
    SENT = "sent"
    UNDER_WAY = "under-way"
    """We sent it before, and it is not indexed yet."""
    OTHERS = "others"
    """Another keeper on the same database does it."""
    REFUSED = "refused"
    """The contract would not take it: most often because somebody else has done it just now."""
    UNPROFITABLE = "unprofitable"
    OVER_BUDGET = "over-budget"
    NEEDS_ADVANCE = "needs-advance"
    """Money would have to be sent along, and more than we may."""
    BALANCE_TOO_LOW = "balance-too-low"
    FEES_TOO_HIGH = "fees-too-high"
    GIVEN_UP = "given-up"
    """It failed whenever we tried."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a keeper is to do, and for how much. Amounts are wei.

    Attributes:
        profitable_only: nothing but what earns more than it costs.
        budget: for gas in 24 hours, of steps that do not pay for themselves.
        advance: the most that is sent along with one step, which comes back later or not.
        most_fee: for a unit of gas.
    """

    profitable_only: bool
    budget: Wei
    advance: Wei
    most_fee: Wei

    @property
    def wanted(self) -> frozenset[Chore]:
        """What is worth looking for."""
        return PAYING if self.profitable_only else ALL_CHORES


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a step would cost and bring, and what follows; amounts are wei.

    Attributes:
        cost: of its gas, at the next block's fee.
        code: of the contract's error, where it refuses.
    """

    step: Step
    outcome: Outcome
    gas: int = 0
    cost: Wei = NOTHING
    bounty: Wei = NOTHING
    value: Wei = NOTHING
    code: str | None = None
    to: Address = NO_ACCOUNT
    data: bytes = field(default=b"", repr=False)

    @property
    def most_gas(self) -> int | None:
        """None for what it takes as it is sent: no stranger's code can make that more."""
        return self.gas * _ROOM_QUARTERS // 4 if self.step.chore in _OF_STRANGERS else None


@dataclass(frozen=True, slots=True)
class Means:
    """What there is to spend, at one moment.

    Attributes:
        price: of a unit of gas in the next block; `most` if it has to wait.
        spent: on gas in the last 24 hours.
    """

    price: Wei
    most: Wei
    balance: Wei
    spent: Wei

    def less(self, verdict: Verdict) -> "Means":
        """After a step."""
        cost = verdict.gas * self.most
        return replace(
            self,
            balance=Wei(self.balance - cost - verdict.value),
            spent=Wei(self.spent + cost),
        )


class Judge:
    """Weighs steps for one account. Holds no key."""

    def __init__(
        self,
        address: Address,
        node: Node,
        mempool: Mempool,
        deployment: Deployment,
        spent: Callable[[Address], Awaitable[Wei]],
        terms: Terms,
    ) -> None:
        """`spent` tells what an account's transactions of the last 24 hours cost in gas."""
        self.address = address
        self.terms = terms
        self._node = node
        self._mempool = mempool
        self._deployment = deployment
        self._spent = spent

    async def means(self) -> Means:
        """Raises Retryable."""
        base, fees = await self._mempool.fees()
        balance = await self._mempool.balance(self.address)
        spent = await self._spent(self.address)
        return Means(Wei(base + fees.tip), fees.most, balance, spent)

    async def judge(self, step: Step, means: Means) -> Verdict:
        """Raises Retryable, or NodeRefused for what is not a contract's refusal."""
        if not step.has_bounty and (left := self._left(means)) is not None:
            return Verdict(step, left)
        try:
            intent = await self._completed(step)
            to = self._deployment.address_of(intent.contract)
            data = encode.calldata(intent.contract, intent.function, intent.args)
            found = Verdict(step, Outcome.READY, value=intent.value, to=to, data=data)
            if found.value > self.terms.advance:
                return replace(found, outcome=Outcome.NEEDS_ADVANCE)
            gas = await self._mempool.estimate(self.address, to, data, intent.value)
        except NodeRefused as error:
            return _refused(step, error)
        cost = Wei(gas * means.price)
        bounty = self._deployment.draw_bounty_wei if step.has_bounty else NOTHING
        found = replace(found, gas=gas, cost=cost, bounty=bounty)
        return replace(found, outcome=self._weighed(found, means))

    def _left(self, means: Means) -> Outcome | None:
        """Why nothing is done that brings nothing, whatever it costs."""
        if self.terms.profitable_only:
            return Outcome.UNPROFITABLE
        return Outcome.OVER_BUDGET if means.spent >= self.terms.budget else None

    def _weighed(self, found: Verdict, means: Means) -> Outcome:
        if means.price > self.terms.most_fee:
            return Outcome.FEES_TOO_HIGH
        if found.step.chore in _OF_STRANGERS and found.gas > _MOST_DELIVERY_GAS:
            return Outcome.UNPROFITABLE
        if found.bounty <= found.cost:
            if self.terms.profitable_only:
                return Outcome.UNPROFITABLE
            if means.spent + found.gas * means.most > self.terms.budget:
                return Outcome.OVER_BUDGET
        if means.balance < found.value + found.gas * means.most:
            return Outcome.BALANCE_TOO_LOW
        return Outcome.READY

    async def _completed(self, step: Step) -> Intent:
        """With what only a node knows."""
        intent = step.intent
        if step.seed is not None:
            header = (await self._node.header_at(step.seed)).encoded
            return replace(intent, args=(*intent.args[:-1], "0x" + header.hex()))
        if step.chore is Chore.ESCALATE:
            return replace(intent, value=await self._price_of(intent))
        return intent

    async def _price_of(self, escalation: Intent) -> Wei:
        desk = self._deployment.address_of(DESK)
        data = encode.calldata(DESK, "escalationCost", escalation.args[:2])
        answer = await self._node.simulate(self.address, desk, data, 0)
        if len(answer) < 64:
            raise ChainMoved("the node does not know the desk (any more)")
        return Wei(int.from_bytes(answer[32:64]))


def _refused(step: Step, error: NodeRefused) -> Verdict:
    """Raises it, where no contract refuses."""
    reason = reason_of(error)
    if reason is not None:
        return Verdict(step, Outcome.REFUSED, code=reason.code)
    words = error.message.lower()
    if "insufficient funds" in words or "gas required exceeds allowance" in words:
        return Verdict(step, Outcome.BALANCE_TOO_LOW)
    raise error
