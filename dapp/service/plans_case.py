"""Plans of the two sides of a case; those about pledges and persons are apart."""

from collections.abc import Awaitable, Callable

from dapp.chain import encode
from dapp.domain import intents
from dapp.domain.case import Case
from dapp.domain.events import DESK
from dapp.domain.intents.call import order_args
from dapp.domain.rules import Action
from dapp.domain.types import Wei
from dapp.errors import Refused
from dapp.service.plans import Desk, Plan, part_of, statement
from dapp.service.words import Amount, sentence


async def acknowledge(desk: Desk) -> Plan:
    case, digest = await desk.case(Action.ACKNOWLEDGE), desk.params.digest()
    public = (sentence("when you replied"), *statement(digest))
    return Plan(
        intents.acknowledge(case, digest),
        sentence("Acknowledge complaint {complaint}", complaint=case.id),
        public,
    )


async def ask(desk: Desk) -> Plan:
    case, digest = await desk.case(Action.ASK), desk.params.digest()
    summary = sentence(
        "Ask the customer of complaint {complaint} for information; your clock stands still",
        complaint=case.id,
    )
    return Plan(intents.ask(case, digest), summary, statement(digest))


async def inform(desk: Desk) -> Plan:
    case, digest = await desk.case(Action.INFORM), desk.params.digest()
    summary = sentence(
        "Reply to what the organisation asked about complaint {complaint}", complaint=case.id
    )
    return Plan(intents.inform(case, digest), summary, statement(digest))


async def offer(desk: Desk) -> Plan:
    case = await desk.case(Action.OFFER)
    share, digest = desk.params.share("share"), desk.params.digest()
    intent = intents.offer(case, share, digest)
    summary = sentence("Reject complaint {complaint}", complaint=case.id)
    if share:
        part = part_of(case, share)
        summary = sentence("Offer {part} on complaint {complaint}", part=part, complaint=case.id)
    public = (sentence("the offer"), *statement(digest))
    return Plan(intent, summary, public)


async def accept(desk: Desk) -> Plan:
    case = await desk.case(Action.ACCEPT)
    number = _seen(case, desk.params.integer("offer_number"))
    share = case.offers[-1].share
    return Plan(
        intents.accept(case, number),
        sentence(
            "Accept offer {offer} on complaint {complaint}: {part}, paid at once",
            offer=number,
            complaint=case.id,
            part=part_of(case, share),
        ),
        (sentence("that you accepted"),),
    )


async def withdraw(desk: Desk) -> Plan:
    case = await desk.case(Action.WITHDRAW)
    number = _seen(case, desk.params.integer("offer_number"))
    summary = sentence(
        "Take complaint {complaint} back; the order's money stays in escrow", complaint=case.id
    )
    return Plan(intents.withdraw(case, number), summary, (sentence("that you took it back"),))


async def escalate(desk: Desk) -> Plan:
    case = await desk.case(Action.ESCALATE)
    number = _seen(case, desk.params.integer("offer_number"))
    demand, digest = desk.params.share("demand"), desk.params.digest()
    seats, cost = await _price(desk, case)
    return Plan(
        intents.escalate(case, number, demand, cost, digest),
        sentence(
            "Take complaint {complaint} to {seats} arbitrators for {amount}, asking for {part}",
            complaint=case.id,
            seats=seats,
            amount=Amount(cost),
            part=part_of(case, demand),
        ),
        (sentence("what you ask for"), *statement(digest)),
    )


async def settle(desk: Desk) -> Plan:
    case, share = await desk.case(Action.SETTLE), desk.params.share("share")
    intent = intents.settle(case, share)
    said = case.settlement
    ends = said is not None and said.share == share and said.actor != desk.actor
    part = part_of(case, share)
    summary = sentence(
        "Settle complaint {complaint} for {part} as soon as the other side says the same",
        complaint=case.id,
        part=part,
    )
    if ends:
        summary = sentence(
            "Settle complaint {complaint} for {part} and so end it", complaint=case.id, part=part
        )
    return Plan(intent, summary, (sentence("for what you would settle"),))


async def contest(desk: Desk) -> Plan:
    case = await desk.case(Action.CONTEST)
    summary = sentence(
        "Say that the first reply to complaint {complaint} was automatic, and no answer",
        complaint=case.id,
    )
    return Plan(intents.contest(case), summary, (sentence("that you contest the reply"),))


async def execute(desk: Desk) -> Plan:
    case = await desk.case(Action.EXECUTE)
    summary = sentence(
        "Do what is due on complaint {complaint}: its money goes where it belongs",
        complaint=case.id,
    )
    return Plan(intents.execute(case), summary, (sentence("how the money was divided"),))


async def confirm(desk: Desk) -> Plan:
    case = await desk.case(Action.CONFIRM)
    summary = sentence(
        "Confirm that complaint {complaint} is settled to your satisfaction", complaint=case.id
    )
    return Plan(intents.confirm(case), summary, (sentence("that you confirmed"),))


async def rate(desk: Desk) -> Plan:
    case = await desk.case(Action.RATE)
    stars, digest = desk.params.integer("stars"), desk.params.digest()
    intent = intents.rate(case, stars, digest)
    public = (sentence("the stars"), *statement(digest))
    return Plan(
        intent,
        sentence("Give complaint {complaint} {stars} of 5 stars", complaint=case.id, stars=stars),
        public,
    )


async def evidence(desk: Desk) -> Plan:
    case, digest = await desk.case(Action.EVIDENCE), desk.params.digest()
    intent = intents.evidence(case, digest)
    return Plan(
        intent,
        sentence("Add evidence to complaint {complaint}", complaint=case.id),
        statement(digest),
    )


async def _price(desk: Desk, case: Case) -> tuple[int, Wei]:
    """Seats and cost as the desk says now: tracks change, and others set prices of their own."""
    to = desk.deployment.address_of(DESK)
    facts = (case.id, order_args(case.order))
    data = encode.calldata(DESK, "escalationCost", facts)
    answer = await desk.node.simulate(desk.actor, to, data, 0)
    return int.from_bytes(answer[:32], "big"), Wei(int.from_bytes(answer[32:64], "big"))


def _seen(case: Case, number: int) -> int:
    """The offer that the customer looked at must be the latest; 0 where there is none."""
    latest = len(case.offers)
    if number != latest:
        raise Refused(
            f"offer {number} is not the latest on complaint {case.id}; offer {latest} is",
            remedy=f"Read offer {latest} and decide again",
            code="offer-changed",
            fields={"complaint": case.id, "seen": number, "current": latest},
        )
    return number


PLANS: dict[str, Callable[[Desk], Awaitable[Plan]]] = {
    "acknowledge": acknowledge,
    "ask": ask,
    "inform": inform,
    "offer": offer,
    "accept": accept,
    "withdraw": withdraw,
    "escalate": escalate,
    "settle": settle,
    "contest": contest,
    "execute": execute,
    "confirm": confirm,
    "rate": rate,
    "evidence": evidence,
}
