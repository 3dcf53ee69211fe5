"""What an action comes to: the call, one line about it, and what it makes public."""

from dataclasses import dataclass

from dapp.chain.node import Node
from dapp.domain import rules
from dapp.domain.case import Case
from dapp.domain.deployment import Deployment
from dapp.domain.intents import Intent
from dapp.domain.organisation import ROLE_ANSWER
from dapp.domain.payment import PaidOrder
from dapp.domain.rules import Action, Role
from dapp.domain.types import NO_DIGEST, Address, ComplaintId, Digest, Hash32, OrganisationId
from dapp.errors import Refused
from dapp.service.cases import Cases, Standing
from dapp.service.params import Params
from dapp.service.people import People
from dapp.service.views import time
from dapp.store.views import OrganisationRow


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody is about to sign.

    Attributes:
        summary: one line.
        public: what everybody can read for ever once it is mined, beside the actor's address.
    """

    intent: Intent
    summary: str
    public: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What plans are made from: the request, and where its facts are found."""

    actor: Address
    params: Params
    cases: Cases
    people: People
    node: Node
    deployment: Deployment

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

    async def case(self, action: Action) -> Case:
        """The case named by `complaint`, where the actor may do this to it now.

        Raises NotFound, Refused.
        """
        return (await self.standing(action)).case

    async def standing(self, action: Action) -> Standing:
        """As `case`, with where it stands."""
        found = await self.cases.find(self.params.complaint())
        role = await self._role(found.case, action)
        actor = self.actor if action is Action.COMMIT else None
        moment = found.moment
        try:
            rules.require(found.case, action, role, moment.now, moment.next_block, actor)
        except Refused as error:
            raise Refused(
                error.message, code=error.code, remedy=_what_next(found), fields=error.fields
            ) from error
        return found

    async def _role(self, case: Case, action: Action) -> Role:
        """The part in which the actor does this. Raises Refused to whoever has none."""
        if action in _OF_ANYONE:
            return Role.ANYONE
        if action is Action.REVEAL or self._is_seated(case, action):
            return Role.ARBITRATOR
        if action in _OF_BOTH | _OF_THE_CUSTOMER and self.actor == case.customer:
            return Role.CUSTOMER
        if action in _OF_BOTH | _OF_THE_ORGANISATION:
            row = await self.organisation(case.organisation)
            if row.organisation.roles_of(self.actor) & ROLE_ANSWER:
                return Role.ORGANISATION
        raise _not_yours(case.id, action, self.actor)

    def _is_seated(self, case: Case, action: Action) -> bool:
        seats = case.round.seats if case.round else ()
        return action is Action.COMMIT and any(seat.owner == self.actor for seat in seats)


_OF_ANYONE = frozenset({Action.DRAW, Action.REARM, Action.VOID, Action.EXECUTE})
_OF_BOTH = frozenset({Action.RATE, Action.EVIDENCE})
_OF_THE_CUSTOMER = frozenset(
    {Action.INFORM, Action.ACCEPT, Action.WITHDRAW, Action.ESCALATE, Action.CONFIRM}
)
_OF_THE_ORGANISATION = frozenset({Action.ACKNOWLEDGE, Action.ASK, Action.OFFER})


def statement(digest: Digest) -> tuple[str, ...]:
    """What a digest makes public."""
    if digest == NO_DIGEST:
        return ()
    return (f"your statement {digest} and every file in it that is not sealed",)


def _not_yours(complaint: ComplaintId, action: Action, actor: Address) -> Refused:
    if action in _OF_THE_CUSTOMER:
        whose = "its customer"
    elif action in _OF_THE_ORGANISATION:
        whose = "somebody who answers for its organisation"
    elif action is Action.COMMIT:
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
