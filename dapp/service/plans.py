"""What an action comes to: the call, one line about it, and what it makes public."""

from dataclasses import dataclass

from dapp.chain.node import Node
from dapp.domain import fees, rules
from dapp.domain.case import Case
from dapp.domain.deployment import Deployment
from dapp.domain.intents import Intent
from dapp.domain.organisation import ROLE_ANSWER
from dapp.domain.parts import Category, Order
from dapp.domain.payment import PaidOrder
from dapp.domain.rules import Action, Role
from dapp.domain.signing import TypedData
from dapp.domain.types import (
    NO_DIGEST,
    Address,
    BasisPoints,
    ComplaintId,
    Digest,
    Hash32,
    OrganisationId,
)
from dapp.errors import Refused
from dapp.service.anchoring import Anchoring
from dapp.service.cases import Cases, Standing
from dapp.service.draws import Draws
from dapp.service.params import Params
from dapp.service.people import People
from dapp.service.views import time
from dapp.service.words import Amount, Sentence, Share, sentence
from dapp.store.anchored_reads import AnchoredRow
from dapp.store.views import OrganisationRow


@dataclass(frozen=True, slots=True)
class Filed:
    """What a customer says about an order."""

    order: Order
    demand: BasisPoints
    category: Category
    digest: Digest


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody is about to sign.

    Attributes:
        summary: one line.
        public: what everybody can read for ever once it is mined, beside the actor's address.
        signed: what may be signed in place of a transaction, where that is not the call itself.
        filed: a complaint that could be signed and anchored instead.
    """

    intent: Intent
    summary: Sentence
    public: tuple[Sentence, ...]
    signed: TypedData | None = None
    filed: Filed | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What plans are made from: the request, and where its facts are found."""

    actor: Address
    params: Params
    cases: Cases
    people: People
    draws: Draws
    node: Node
    deployment: Deployment
    anchoring: Anchoring

    def receiver(self) -> Address:
        """Who gets money that is taken out; the actor, unless `to` names another."""
        return self.params.address("to") if self.params.has("to") else self.actor

    async def organisation(self, number: OrganisationId) -> OrganisationRow:
        """Raises NotFound."""
        row, _ = await self.people.find_organisation(number)
        return row

    async def order(self, key: Hash32) -> PaidOrder:
        """Raises NotFound."""
        row, _ = await self.people.find_order(key)
        return row.paid

    async def anchored(self, leaf: Hash32) -> AnchoredRow:
        """A complaint that was signed before. Raises NotFound."""
        row, _ = await self.anchoring.find(leaf)
        return row

    async def find(self) -> Standing:
        """The case named by `complaint`, whoever asks. Raises NotFound."""
        return await self.cases.find(self.params.complaint())

    async def case(self, action: Action) -> Case:
        """The case named by `complaint`, where the actor may do this to it now.

        Raises NotFound, Refused.
        """
        return (await self.standing(action)).case

    async def standing(self, action: Action) -> Standing:
        """As `case`, with where it stands."""
        found = await self.find()
        role = await self._role(found, action)
        require(found, action, role, None if role is Role.ARBITRATOR else self.actor)
        return found

    async def _role(self, found: Standing, action: Action) -> Role:
        """The part in which the actor does this. Raises Refused to whoever has none."""
        case = found.case
        if action is Action.REVEAL:
            return Role.ARBITRATOR
        if action in _OF_ANYONE or action in found.actions(Role.ANYONE, self.actor):
            return Role.ANYONE
        if action in _OF_BOTH | _OF_THE_CUSTOMER and self.actor == case.customer:
            return Role.CUSTOMER
        if action in _OF_BOTH | _OF_THE_ORGANISATION:
            row = await self.organisation(case.organisation)
            if row.organisation.roles_of(self.actor) & ROLE_ANSWER:
                return Role.ORGANISATION
        raise not_yours(case.id, action, self.actor)


_OF_ANYONE = frozenset(
    {
        Action.DRAW,
        Action.REARM,
        Action.VOID,
        Action.EXECUTE,
        Action.REPORT_LEAK,
        Action.CONTRIBUTE,
        Action.REFUND_CONTRIBUTION,
        Action.RESOLVE_APPEAL,
        Action.WITHDRAW_SHARE,
        Action.FUND,
        Action.WITHDRAW_FUNDING,
    }
)
_OF_BOTH = frozenset({Action.RATE, Action.EVIDENCE, Action.SETTLE})
_OF_THE_CUSTOMER = frozenset(
    {
        Action.INFORM,
        Action.ACCEPT,
        Action.WITHDRAW,
        Action.ESCALATE,
        Action.CONFIRM,
        Action.CONTEST,
        Action.CONFIRM_DELIVERY,
        Action.REOPEN,
        Action.ACCUSE,
        Action.NAME_ACCUSED,
    }
)
_OF_THE_ORGANISATION = frozenset(
    {Action.ACKNOWLEDGE, Action.ASK, Action.OFFER, Action.PLEDGE, Action.DELIVER}
)


def require(found: Standing, action: Action, role: Role, actor: Address | None) -> None:
    """Refuse what does not fit where the case stands, and say what does. Raises Refused."""
    moment = found.moment
    try:
        rules.require(found.case, action, role, moment.now, moment.next_block, actor)
    except Refused as error:
        remedy = error.remedy or _what_next(found)
        raise Refused(error.message, code=error.code, remedy=remedy, fields=error.fields) from error


def part_of(case: Case, share: int) -> Sentence:
    """A share of what the case is about, and what that comes to."""
    amount = Amount(fees.share_down(case.amount, share))
    return sentence("{share} ({amount})", share=Share(share), amount=amount)


def statement(digest: Digest) -> tuple[Sentence, ...]:
    """What a digest makes public."""
    if digest == NO_DIGEST:
        return ()
    return (
        sentence("your statement {digest} and every file in it that is not sealed", digest=digest),
    )


def not_yours(complaint: ComplaintId, action: Action, actor: Address) -> Refused:
    if action in _OF_THE_CUSTOMER:
        whose = "its customer"
    elif action in _OF_THE_ORGANISATION:
        whose = "somebody who answers for its organisation"
    elif action in (Action.COMMIT, Action.COMMIT_DRAWING):
        whose = "an arbitrator of its panel"
    else:
        whose = "its customer or somebody who answers for its organisation"
    return Refused(
        f"{action} on complaint {complaint} is for {whose}, not for {actor}",
        remedy="Use the wallet that belongs to the case",
        code="not-your-case",
        fields={"complaint": complaint, "action": str(action), "actor": actor},
    )


def _what_next(found: Standing) -> str:
    whose = found.turn
    if whose.who is None or not whose.awaits:
        when = f" at {time(whose.until)['iso']}" if whose.until else ""
        return f"Nothing is due from anybody; next comes {whose.then}{when}"
    until = f" until {time(whose.until)['iso']}" if whose.until else ""
    return f"It is for {whose.who} to {' or '.join(whose.awaits)}{until}"
